-- Which spaces take part: those with a field `bucket_id` and an index that begins with it. Spaces without such a field,
-- and those that are not replicated, are left alone.
local key_def = require('key_def')
local refusal = require('lease.refusal')
local shards = {}

local FIELD = 'bucket_id'
local SYSTEM_ID_MAX = 511
local ENGINES = {memtx = true, vinyl = true}
local SPACES_MAX = 1000
local seen = {version = nil}

local function field_of(format)
    for i, field in ipairs(format) do
        if field.name == FIELD then
            return i
        end
    end
end

-- The index by which rows of a bucket are found; the one of that name first.
local function index_of(space, field)
    local found
    for id, index in pairs(space.index) do
        local part = type(id) == 'number' and index.type == 'TREE' and index.parts[1] or nil
        if part ~= nil and part.fieldno == field and part.path == nil and (found == nil or index.name == FIELD or (found.name ~= FIELD and id < found.id)) then
            found = index
        end
    end
    return found
end

local function read()
    local list, wrong = {}, {}
    for _, row in box.space._space:pairs() do
        local space = row[1] > SYSTEM_ID_MAX and not row[3]:match('^_coterie_') and box.space[row[1]] or nil
        local field = space ~= nil and ENGINES[space.engine] and not space.is_local and not space.temporary and field_of(row[7]) or nil
        if field ~= nil and space.index[0] ~= nil then
            local index = index_of(space, field)
            if index ~= nil then
                table.insert(list, {name = row[3], id = row[1], engine = space.engine, field = field, index = index.id, key = key_def.new(space.index[0].parts)})
            else
                table.insert(wrong, row[3])
            end
        end
    end
    return {list = list, wrong = wrong}
end

local function known()
    local version = box.internal.schema_version()
    if seen.version ~= version then
        seen = box.session.su('admin', read)
        seen.version = version
    end
    return seen
end

-- {name, id, engine, field, index, key} of each, by id. `key` takes the primary key from a row, as bytes: a Lua value would
-- not tell 5 from 5.0, which a key of type double does.
function shards.list()
    return known().list
end

-- The same, or an error that names the spaces whose rows could not be found.
function shards.need()
    local found = known()
    if #found.wrong > 0 then
        refusal.raise('REFUSED', {spaces = found.wrong}, ('%s %s a field %s, and no TREE index that begins with it: create one, or rename the field'):format(table.concat(found.wrong, ', '), #found.wrong == 1 and 'has' or 'have', FIELD))
    elseif #found.list > SPACES_MAX then
        refusal.raise('REFUSED', {spaces = #found.list}, ('more than %d spaces take part'):format(SPACES_MAX))
    end
    return found.list
end

-- Of spaces and indexes as they are.
function shards.version()
    return box.internal.schema_version()
end

-- Raises where they were changed since. An index that is made anew ends its iterators where they are, and they say nothing;
-- its number may be another one's by then, and a space may have come that takes part: what was looked up is not to be used.
function shards.same(version)
    if shards.version() ~= version then
        error('spaces or their indexes were changed while rows were read: they are read again later', 0)
    end
end

function shards.named(name)
    for _, one in ipairs(known().list) do
        if one.name == name then
            return one
        end
    end
end

return shards
