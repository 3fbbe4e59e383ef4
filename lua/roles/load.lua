-- Makes ready what is to run in place of what runs, and changes none of that. A role whose code is the same, and that of
-- the roles whose modules it asks for, stays as it is, with what its modules have in memory. One that cannot be loaded
-- leaves the old code of that role.
local fiber = require('fiber')
local bundle = require('roles.bundle')
local chunk = require('roles.chunk')
local globals = require('roles.globals')
local life = require('roles.life')
local room = require('roles.room')
local wrap = require('roles.wrap')
local load = {}

local function same_piece(a, b)
    return a.text == b.text and a.file == b.file and a.lineOffset == b.lineOffset
end

local function same_modules(a, b)
    if #a ~= #b then
        return false
    end
    for i, module in ipairs(a) do
        if module.name ~= b[i].name or not same_piece(module.code, b[i].code) then
            return false
        end
    end
    return true
end

local function same_function(a, b)
    return a ~= nil and same_piece(a.code, b.code) and a.mode == b.mode and a.quorum == b.quorum and a.timeout == b.timeout
end

-- The function of a definition, not wrapped. `compiled`: its chunk, where it is there already.
function load.body(made, role, definition, compiled)
    local f, fault = compiled, nil
    if f == nil then
        f, fault = chunk.body(definition.code)
    end
    if f == nil then
        error(('%s:%s: %s'):format(fault.file, tostring(fault.line), fault.sentence), 0)
    end
    local value = made:prepare(role.name, f)()
    if type(value) ~= 'function' then
        error(("%s: function '%s': its chunk returns %s, and has to return a function"):format(definition.code.file, definition.name, type(value)), 0)
    end
    return value
end

-- Whether a module of that name may be had: what Tarantool and this product have keeps its name.
function load.taken(name, before)
    return package.loaded[name] ~= nil and (before == nil or before.modules[name] == nil)
end

local function fill(made, role, old)
    for _, module in ipairs(role.modules) do
        if load.taken(module.name, old.room) then
            error(("module '%s' cannot have that name: Tarantool or this product has one of that name"):format(module.name), 0)
        end
        made:require(role.name, module.name)
    end
    local functions, definitions = {}, {}
    local entry = old.entry
    for _, definition in ipairs(role.functions) do
        local name = definition.name
        local objection = globals.objection(name, old.names)
        if objection ~= nil then
            error(objection, 0)
        end
        definitions[name] = definition
        if entry ~= nil and not old.reloads and same_function(entry.definitions[name], definition) then
            functions[name] = entry.functions[name]
        else
            functions[name] = wrap.of(definition, load.body(made, role, definition))
        end
    end
    return {functions = functions, definitions = definitions}
end

-- Whether what the modules of a role have in memory cannot stay. `fresh`: false of a role whose code stays; of one that goes nothing.
local function reloads(role, entry, current, fresh)
    if entry == nil or entry.unloaded or not same_modules(entry.role.modules, role.modules) then
        return true
    end
    for other in pairs(current.room.uses[role.name] or {}) do
        if other ~= role.name and fresh[other] ~= false then
            return true
        end
    end
    return false
end

-- Functions of a role that run here just so, by name, with all that their code can ask for.
function load.standing(role, current, fresh)
    local entry = current.entries[role.name]
    local result = {}
    if reloads(role, entry, current, fresh) or entry.failure ~= nil then
        return result
    end
    for _, definition in ipairs(role.functions) do
        result[definition.name] = same_function(entry.definitions[definition.name], definition) or nil
    end
    return result
end

-- Whether all names of functions are those that run: then none of them can be in the way of another.
local function known_names(names, entries)
    local known = {}
    for _, entry in pairs(entries) do
        for name in pairs(entry.functions) do
            known[name] = true
        end
    end
    for name in pairs(names) do
        if not known[name] then
            return false
        end
    end
    return true
end

-- A role that goes on as it is.
local function kept(entry)
    local result = table.copy(entry)
    result.fresh = false
    return result
end

-- `current`: {room, entries by name}. Answers {room, entries, order}; an entry is {name, role, module, functions,
-- definitions, fresh, failure}. `fresh`: its modules are new, so it has not begun.
function load.all(wanted, current)
    local made = room.new(false, current.room, wanted.roles)
    local result = {room = made, entries = {}, order = {}}
    local names, fresh = {}, {}
    for _, role in ipairs(wanted.roles) do
        for _, definition in ipairs(role.functions) do
            names[definition.name] = true
        end
    end
    local same_names = known_names(names, current.entries)
    local function bring(role)
        local entry = current.entries[role.name]
        local anew = reloads(role, entry, current, fresh)
        if anew then
            made:add(role.name, role.modules)
        else
            made:keep(role.name, current.room)
        end
        local ok, made_of, stack = life.run(life.SECONDS.load, fill, made, role, {room = current.room, entry = entry, names = names, reloads = anew})
        fresh[role.name] = anew and ok
        if ok then
            result.entries[role.name] = {name = role.name, role = role, module = made:loaded(role.name)[role.name], functions = made_of.functions, definitions = made_of.definitions, fresh = anew, begun = not anew and entry.begun}
        else
            made:forget(role.name)
            local left = {name = role.name, role = role, functions = {}, definitions = {}, fresh = false, begun = false, unloaded = true}
            if entry ~= nil and not entry.unloaded then
                made:keep(role.name, current.room)
                left = kept(entry)
            end
            local fault = chunk.fault('load', role.name, made_of, bundle.files(role))
            left.failure = {phase = 'load', message = fault.line ~= nil and ('%s:%d: %s'):format(fault.file, fault.line, fault.sentence) or made_of, stack = made.stack or stack}
            made.stack = nil
            result.entries[role.name] = left
        end
        fiber.sleep(0)
    end
    for _, role in ipairs(wanted.roles) do
        local entry = current.entries[role.name]
        if same_names and entry ~= nil and entry.role == role and entry.failure == nil and not reloads(role, entry, current, fresh) then
            made:keep(role.name, current.room)
            fresh[role.name] = false
            result.entries[role.name] = kept(entry)
        else
            bring(role)
        end
        table.insert(result.order, role.name)
    end
    return result
end

return load
