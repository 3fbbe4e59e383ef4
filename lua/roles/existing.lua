-- Spaces as they are, in the form in which roles define them, with how many rows there are. Counters only: nothing is scanned.
local fiber = require('fiber')
local owned = require('roles.owned')
local existing = {}

-- Of schemas of before 1.7.
local OLD_TYPES = {['*'] = 'any', str = 'string', num = 'unsigned', int = 'integer'}

local function type_of(described)
    return OLD_TYPES[described.type] or described.type or 'any'
end

-- Tarantool keeps `city` where a part was given as a field and a path in it, and `.city` where both were one.
local function path_of(part)
    local inner = part.path
    if inner == nil or inner == '' or inner:sub(1, 1) == '.' or inner:sub(1, 1) == '[' then
        return inner
    end
    return '.' .. inner
end

local function parts_of(index)
    local result = setmetatable({}, {__serialize = 'seq'})
    for i, part in ipairs(index.parts) do
        result[i] = {field = part.fieldno, path = path_of(part), type = type_of(part), is_nullable = part.is_nullable == true, collation = part.collation}
    end
    return result
end

local function indexes_of(space)
    local result = setmetatable({}, {__serialize = 'seq'})
    for id = 0, 127 do
        local index = space.index[id]
        if index ~= nil then
            local func = index.func and box.func[index.func.fid]
            table.insert(result, {
                name = index.name, type = index.type, unique = index.unique, parts = parts_of(index), dimension = index.dimension,
                distance = index.type == 'RTREE' and (box.space._index:get{space.id, id}[5].distance or 'euclid') or nil, func = func and func.name or nil, body = func and box.space._func:get(index.func.fid).body or nil,
            })
        end
    end
    return result
end

local function format_of(space)
    local result = setmetatable({}, {__serialize = 'seq'})
    for i, field in ipairs(space:format()) do
        result[i] = {name = field.name, type = type_of(field), is_nullable = field.is_nullable == true}
    end
    return result
end

-- Of vinyl an estimate: counting would read all of it.
local function rows_of(space)
    if space.index[0] == nil then
        return 0
    end
    local stat = space.engine == 'vinyl' and space.index[0]:stat() or nil
    return stat ~= nil and stat.rows or space:len()
end

local function names_of(rows, field)
    local result = setmetatable({}, {__serialize = 'seq'})
    for i, row in ipairs(rows) do
        result[i] = row[field]
    end
    return result
end

-- As the ddl module keeps it.
local function sharding_key_of(name)
    local keys = box.space._ddl_sharding_key
    local row = keys ~= nil and keys.index[0] ~= nil and keys:get{name} or nil
    return row ~= nil and row[2] or box.NULL
end

-- {names}: those that are there of them.
function existing.take(params)
    local result = setmetatable({}, {__serialize = 'seq'})
    for _, name in ipairs(params.names) do
        local space = box.space[name]
        if space ~= nil then
            table.insert(result, {
                name = name, role = owned.value('space', name) or box.NULL, engine = space.engine, is_local = space.is_local == true, temporary = space.temporary == true,
                is_sync = space.is_sync == true, format = format_of(space), indexes = indexes_of(space), made = names_of(owned.all('index', name), 'of'),
                sharding_key = sharding_key_of(name), rows = tonumber(rows_of(space)) or box.NULL, bytes = space.index[0] ~= nil and tonumber(space:bsize()) or 0,
            })
            fiber.sleep(0)
        end
    end
    return {spaces = result}
end

return existing
