-- What this instance has against a bundle: everything is compiled, modules are loaded in a sealed room, and each role is
-- asked. Nothing of what runs is changed; what the code writes to a space or as a global is refused. A role or function that
-- runs here just so, by itself and in what it requires, has been checked.
local fiber = require('fiber')
local clock = require('clock')
local bundle = require('roles.bundle')
local chunk = require('roles.chunk')
local globals = require('roles.globals')
local life = require('roles.life')
local load = require('roles.load')
local reading = require('roles.reading')
local room = require('roles.room')
local state = require('roles.state')
-- `running`: how many at this moment.
local check = {running = 0}

local FAULTS_MAX = 200
local ROLE = 'code that is only checked, and'

local function sealed(entered, f, ...)
    entered.fiber = fiber.self().id()
    reading.enter(ROLE)
    return f(...)
end

local function quietly(seconds, f, ...)
    local entered = {}
    local result = {life.run(seconds, sealed, entered, f, ...)}
    reading.ended(entered.fiber)
    return unpack(result, 1, 3)
end

local function main_file(role)
    for _, module in ipairs(role.modules) do
        if module.name == role.name then
            return module.code.file
        end
    end
    return ('roles/%s/role.yml'):format(role.name)
end

-- All of a role that does not compile, not the first of it alone. Answers the chunks of its functions, by name, without
-- those that stand.
local function compile(role, standing, add)
    local good, bodies = true, {}
    for _, module in ipairs(role.modules) do
        local f, fault = chunk.module(module.code)
        good = add(fault) and good
    end
    for _, definition in ipairs(role.functions) do
        if not standing[definition.name] then
            local f, fault = chunk.body(definition.code)
            bodies[definition.name] = f
            good = add(fault) and good
        end
    end
    for _, migration in ipairs(role.migrations or {}) do
        for _, piece in ipairs({migration.up, migration.down}) do
            local f, fault = chunk.module(piece)
            good = add(fault) and good
        end
    end
    return good and bodies
end

-- By name, whether it has to be checked; of a role that goes nothing.
local function changed(roles, running)
    local result, more = {}, true
    for _, role in ipairs(roles) do
        result[role.name] = running[role.sum] == nil
    end
    while more do
        more = false
        for _, role in ipairs(roles) do
            for other in pairs(state.room.uses[role.name] or {}) do
                if not result[role.name] and result[other] ~= false then
                    result[role.name], more = true, true
                end
            end
        end
    end
    return result
end

local function try_modules(made, role, add)
    local files = bundle.files(role)
    made:add(role.name, role.modules)
    for _, module in ipairs(role.modules) do
        if load.taken(module.name, state.room) then
            add(chunk.fault('moduleName', module.code.file, ("module '%s' cannot have that name: Tarantool or this product has one of that name"):format(module.name)))
            return false
        end
        local ok, failure, stack = quietly(life.SECONDS.load, made.require, made, role.name, module.name)
        if not ok then
            add(chunk.fault('moduleLoad', module.code.file, failure, files, made.stack or stack))
            return false
        end
    end
    return true
end

local function try_functions(made, role, of, add)
    local files = bundle.files(role)
    local ok, failure = quietly(life.SECONDS.load, function()
        for _, definition in ipairs(role.functions) do
            local objection = globals.objection(definition.name, of.names)
            if objection ~= nil then
                add(chunk.fault('functionName', definition.code.file, objection))
            end
            if not of.standing[definition.name] then
                local good, failure = pcall(load.body, made, role, definition, of.bodies[definition.name])
                if not good then
                    add(chunk.fault('function', definition.code.file, failure, files))
                end
            end
        end
    end)
    if not ok then
        add(chunk.fault('function', main_file(role), failure, files))
    end
end

local function try_conf(made, role, seconds, add)
    local module = made:loaded(role.name)[role.name]
    local f = type(module) == 'table' and module.validate_config or nil
    if f == nil then
        return
    end
    local ok, result, why = quietly(seconds, f, table.deepcopy(role.conf))
    local stack = not ok and why or nil
    if ok and (result == false or result == nil and why ~= nil) then
        ok, result = false, why == nil and 'it answered false' or tostring(type(why) == 'table' and (why.message or why.err) or why)
    end
    if not ok then
        local fault = chunk.fault('validateConfig', main_file(role), result, bundle.files(role), stack)
        fault.sentence = ('role %s refuses its configuration: %s'):format(role.name, fault.sentence)
        add(fault)
    end
end

-- {folder, hash, sums, timeout}: faults of that bundle, at most 200.
function check.run(params)
    local running = state.running()
    local wanted = bundle.read(params, running)
    local all = changed(wanted.roles, running)
    local deadline = clock.monotonic() + params.timeout
    local faults, names = setmetatable({}, {__serialize = 'seq'}), {}
    local function add(fault)
        if fault ~= nil and #faults < FAULTS_MAX then
            table.insert(faults, fault)
        end
        return fault == nil
    end
    for _, role in ipairs(wanted.roles) do
        for _, definition in ipairs(role.functions) do
            names[definition.name] = true
        end
    end
    globals.reserve()
    check.running = check.running + 1
    reading.want('check', true)
    local made = room.new(true, state.room, wanted.roles)
    local ok, failure = pcall(function()
        for _, role in ipairs(wanted.roles) do
            local left = deadline - clock.monotonic()
            if left <= 0 then
                add(chunk.fault('checkTime', main_file(role), ('the checks took longer than %g s: what comes after was not checked'):format(params.timeout)))
                return
            end
            local standing = all[role.name] and load.standing(role, state, all)
            local bodies = standing and compile(role, standing, add)
            if not all[role.name] then
                made:add(role.name, role.modules)
            elseif bodies and try_modules(made, role, add) then
                try_functions(made, role, {names = names, bodies = bodies, standing = standing}, add)
                try_conf(made, role, math.min(left, life.SECONDS.validate_config), add)
            end
            if standing then
                fiber.sleep(0)
            end
        end
    end)
    check.running = check.running - 1
    reading.want('check', check.running > 0)
    if not ok then
        error(failure, 0)
    end
    return {faults = faults}
end

return check
