-- Where the code of roles runs: what it requires is looked for among their modules first. A sealed room is for trying code
-- out: it refuses new globals. A module is loaded once, when the first asks for it.
local chunk = require('roles.chunk')
local room = {}

local function refuse_global(_, name)
    error(("the global '%s' may not be set here: make it local, or a field of the module"):format(tostring(name)), 2)
end

-- What is made in a room looks into the one that took its place.
local function newest(made)
    while made.next ~= nil do
        made = made.next
    end
    return made
end

local function environment(made, role)
    local env = made.envs[role]
    if env ~= nil then
        return env
    end
    env = {require = function(name) return newest(made):require(role, name) end}
    if made.sealed then
        env._G = env
        setmetatable(env, {__index = _G, __newindex = refuse_global})
    else
        setmetatable(env, {__index = _G, __newindex = _G})
    end
    made.envs[role] = env
    return env
end

local methods = {}

-- Modules of a role, each {name, code}.
function methods.add(made, role, modules)
    for _, module in ipairs(modules) do
        made.modules[module.name] = {role = role, code = module.code}
    end
end

-- Takes the modules of a role that another room has loaded, as they are.
function methods.keep(made, role, before)
    for name, value in pairs(before:loaded(role)) do
        made.modules[name] = {role = role, loaded = true, value = value}
    end
    made.uses[role] = before.uses[role]
end

function methods.forget(made, role)
    for name, module in pairs(made.modules) do
        if module.role == role then
            made.modules[name] = nil
        end
    end
    made.uses[role] = nil
end

-- By name, what the modules of a role have returned.
function methods.loaded(made, role)
    local result = {}
    for name, module in pairs(made.modules) do
        if module.role == role and module.loaded then
            result[name] = module.value
        end
    end
    return result
end

-- A chunk of this role; the roles whose modules it asks for are kept in `uses`.
function methods.prepare(made, role, f)
    return setfenv(f, environment(made, role))
end

local function load(made, name, module)
    if module.loading then
        error(("module '%s' requires itself, by way of others"):format(name), 0)
    end
    local f, fault = chunk.module(module.code)
    if f == nil then
        error(('%s:%s: %s'):format(fault.file, fault.line, fault.sentence), 0)
    end
    module.loading = true
    local ok, value = xpcall(function() return made:prepare(module.role, f)(name) end, function(failure)
        return {failure = failure, stack = debug.traceback('', 2)}
    end)
    module.loading = false
    if not ok then
        made.stack = made.stack or value.stack
        error(value.failure, 0)
    end
    -- As Lua's own `require`.
    module.loaded, module.value = true, value == nil and true or value
end

function methods.require(made, role, name)
    local module = made.modules[name]
    if module == nil then
        local owner = made.leaving[name]
        if owner ~= nil then
            error(("module '%s' is not there any more: role %s had it"):format(name, owner), 2)
        end
        return require(name)
    end
    made.uses[role] = made.uses[role] or {}
    made.uses[role][module.role] = true
    if not module.loaded then
        load(made, name, module)
    end
    return module.value
end

-- By name, the role that had it: modules of another room that none of these roles has. Lua's own `require` finds them until
-- that room is gone, and whoever asks for one could not be loaded after the next start.
local function leaving(before, roles)
    local result = {}
    for name, module in pairs(before.modules) do
        result[name] = module.role
    end
    for _, role in ipairs(roles) do
        for _, module in ipairs(role.modules) do
            result[module.name] = nil
        end
    end
    return result
end

-- It takes its place: what left with the room before it is nowhere any more.
function methods.settle(made)
    made.leaving = {}
end

-- For these roles, in place of the room `before`.
function room.new(sealed, before, roles)
    return setmetatable({sealed = sealed, modules = {}, envs = {}, uses = {}, leaving = before and leaving(before, roles) or {}}, {__index = methods})
end

return room
