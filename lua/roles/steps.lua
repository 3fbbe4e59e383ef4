-- How one step of a change of the schema is done, as core/schema/step.ts names them. One that finds itself done does nothing.
local transaction = require('transaction')
local owned = require('roles.owned')
local steps = {}

-- The key that a function makes has no names.
local function parts_of(index)
    local parts = {}
    for i, part in ipairs(index.parts) do
        parts[i] = {index.func ~= nil and tonumber(part.path) or part.path, part.type, is_nullable = part.is_nullable == true, collation = part.collation}
    end
    return parts
end

-- Of Tarantool's create_index and alter.
local function options_of(index)
    -- Also of an R-tree and a bitset: left out it is taken as true, which they refuse.
    local options = {type = index.type, unique = index.unique, parts = parts_of(index)}
    options.dimension, options.distance, options.func = index.dimension, index.distance, index.func
    return options
end

local function format_of(fields)
    local format = {}
    for i, field in ipairs(fields) do
        format[i] = {name = field.name, type = field.type, is_nullable = field.is_nullable == true}
    end
    return format
end

-- A function that an index is made by has its body in the database: it can never be another one while an index is there.
local function ensure_function(name, bodies)
    local known = box.space._func.index.name:get(name)
    if known ~= nil and known.body == bodies[name] then
        return
    end
    if known ~= nil then
        box.schema.func.drop(name)
    end
    box.schema.func.create(name, {body = bodies[name], is_deterministic = true, is_sandboxed = true})
    owned.put('function', name)
end

local function need(name)
    local space = box.space[name]
    if space == nil then
        error(("there is no space '%s'"):format(name), 0)
    end
    return space
end

local ways = {}

function ways.createSpace(step, context)
    if box.space[step.space] ~= nil then
        return
    end
    local options = {engine = step.options.engine, is_local = step.options.is_local, temporary = step.options.temporary, format = format_of(step.format)}
    options.is_sync = step.options.is_sync or nil
    transaction(function()
        box.schema.space.create(step.space, options)
        owned.put('space', step.space, '', context.role)
    end)
end

function ways.setFormat(step)
    need(step.space):format(format_of(step.format))
end

-- Building one yields, so it is no transaction with the row that says that a role made it: without that it is never dropped.
function ways.createIndex(step, context)
    local space, index = need(step.space), step.index
    if space.index[index.name] ~= nil then
        return
    end
    if index.func ~= nil then
        ensure_function(index.func, context.bodies)
    end
    space:create_index(index.name, options_of(index))
    owned.put('index', step.space, index.name)
end

function ways.alterIndex(step)
    need(step.space).index[step.index.name]:alter(options_of(step.index))
end

function ways.renameIndex(step)
    local index = need(step.space).index[step.index]
    if index ~= nil then
        index:rename(step.to)
        owned.take('index', step.space, step.index)
        owned.put('index', step.space, step.to)
    end
end

-- Only what a role made.
function ways.dropIndex(step)
    local index = need(step.space).index[step.index]
    if index ~= nil and owned.has('index', step.space, step.index) then
        index:drop()
    end
    owned.take('index', step.space, step.index)
end

-- Where the ddl module has it, for whoever reads that: crud, routers, tools.
function ways.setShardingKey(step)
    local keys = box.schema.space.create('_ddl_sharding_key', {if_not_exists = true, format = {{name = 'space_name', type = 'string', is_nullable = false}, {name = 'sharding_key', type = 'array', is_nullable = false}}})
    keys:create_index('space_name', {type = 'TREE', unique = true, parts = {{1, 'string', is_nullable = false}}, if_not_exists = true})
    if step.key == nil then
        keys:delete{step.space}
    else
        keys:replace{step.space, step.key}
    end
end

-- `context`: {role, bodies}.
function steps.run(step, context)
    local way = ways[step.kind]
    if way == nil then
        error(('there is no step %s'):format(tostring(step.kind)), 0)
    end
    way(step, context)
end

return steps
