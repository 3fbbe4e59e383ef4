-- A space as people browse and edit it: its columns, its indexes, where a row's bucket is. Built from what Tarantool keeps
-- in memory; nothing is scanned.
local clock = require('clock')
local fiber = require('fiber')
local database = require('database')
local indexes_of = require('indexes')
local shards = require('buckets.shards')
local crud_spaces = require('crud.spaces')
local bucket_space = require('buckets.space')
local plain = require('plain')
local define = {}

local SYSTEM_ID_MAX = 511
local SPACES_MAX = 20000
local YIELD_EVERY = 100

local function seq(items)
    return setmetatable(items, {__serialize = 'seq'})
end

function define.system(space)
    return space.id <= SYSTEM_ID_MAX or space.name:sub(1, 9) == '_coterie_'
end

-- Rows have one place in the order of such an index, by the index and then the primary key. An index over the elements of
-- an array has a row several times, and what a function makes of a row is not in the row.
function define.ordered(index)
    if index.type ~= 'TREE' or index.func ~= nil then
        return false
    end
    for _, part in ipairs(index.parts) do
        if part.path ~= nil and part.path:find('[*]', 1, true) ~= nil then
            return false
        end
    end
    return true
end

local function columns_of(space)
    local columns = seq({})
    for i, field in ipairs(space:format()) do
        columns[i] = {name = field.name, type = field.type or 'any', nullable = field.is_nullable == true}
    end
    return columns
end

local function parts_of(index)
    local parts = seq({})
    for i, part in ipairs(index.parts) do
        parts[i] = {field = part.fieldno, type = part.type, path = part.path or box.NULL, collation = part.collation or box.NULL, nullable = part.is_nullable == true}
    end
    return parts
end

local function described(index)
    return {ordered = define.ordered(index), parts = parts_of(index)}
end

-- Where it has buckets: the number of the field, what they are made of, how many there are.
function define.sharding(space)
    local shard, cut = shards.named(space.name), bucket_space.sharding()
    if shard == nil or cut == nil then
        return nil
    end
    local _, found = crud_spaces.get(space.name)
    return {field = shard.field, key = found.key, hash = found.hash or box.NULL, count = cut.count}
end

local function rows_of(space)
    local ok, count = pcall(space.len, space)
    return ok and plain.number(count) or box.NULL
end

function define.space(space)
    return {
        id = space.id, name = space.name, engine = space.engine, system = define.system(space), temporary = space.temporary == true, localOnly = space.is_local == true,
        rows = rows_of(space), columns = columns_of(space), indexes = indexes_of(space, described), sharding = define.sharding(space) or box.NULL,
    }
end

-- Raises for one that is not there, or holds nothing because it has no index.
function define.need(name)
    database.need()
    local space = box.space[name]
    if space == nil then
        error(('NO_SPACE there is no space %s here'):format(name), 0)
    elseif space.index[0] == nil then
        error(('NO_INDEX space %s has no index yet, so it holds no rows'):format(name), 0)
    end
    return space
end

-- {space}
function define.one(params)
    return define.space(define.need(params.space))
end

-- {search?, system, limit, timeout}: by name.
function define.all(params)
    database.need()
    local deadline, names, seen, complete = clock.monotonic() + params.timeout, {}, 0, true
    local search = params.search and params.search:lower()
    for _, row in box.space._space:pairs() do
        seen = seen + 1
        if seen > SPACES_MAX or clock.monotonic() > deadline then
            complete = false
            break
        elseif seen % YIELD_EVERY == 0 then
            fiber.yield()
        end
        local space = box.space[row.id]
        if space ~= nil and (params.system or not define.system(space)) and (search == nil or row.name:lower():find(search, 1, true) ~= nil) then
            table.insert(names, row.name)
        end
    end
    table.sort(names)
    local spaces = seq({})
    for i, name in ipairs(names) do
        if #spaces >= params.limit or clock.monotonic() > deadline then
            complete = false
            break
        elseif i % YIELD_EVERY == 0 then
            fiber.yield()
        end
        local space = box.space[name]
        if space ~= nil then
            table.insert(spaces, define.space(space))
        end
    end
    return {spaces = spaces, complete = complete}
end

return define
