-- Spaces as crud sees them: format, indexes, where the bucket is and what it is made of. Described once for each version
-- of the schema.
local indexes_of = require('indexes')
local spaces = {}

local BUCKET = 'bucket_id'
local HASHES = {['vshard.router.bucket_id_strcrc32'] = 'strcrc32', ['vshard.router.bucket_id_mpcrc32'] = 'mpcrc32', strcrc32 = 'strcrc32', mpcrc32 = 'mpcrc32'}
local cache = {version = nil, by_name = {}}

local function seq(items)
    return setmetatable(items, {__serialize = 'seq'})
end

local function parts_of(index)
    local parts = seq({})
    for i, part in ipairs(index.parts) do
        parts[i] = {field = part.fieldno, type = part.type, collation = part.collation, nullable = part.is_nullable or nil}
    end
    return parts
end

local function described(index)
    return {parts = parts_of(index)}
end

-- As the module `ddl` keeps them: by name of the space, the names of fields, and the hash.
local function told(space, name)
    local found = box.space[space]
    return found ~= nil and found:get(name) or nil
end

-- Without a hash of its own a space has that of its group, which routers know.
local function sharding_of(space, fields)
    local key = told('_ddl_sharding_key', space.name)
    local hash = told('_ddl_sharding_func', space.name)
    local numbers = seq({})
    if key ~= nil then
        for i, field in ipairs(key[2]) do
            numbers[i] = fields[field]
        end
    else
        for i, part in ipairs(space.index[0].parts) do
            numbers[i] = part.fieldno
        end
    end
    return numbers, hash ~= nil and HASHES[hash[2]] or nil
end

local function describe(space)
    local fields, format, metadata = {}, space:format(), seq({})
    for i, field in ipairs(format) do
        fields[field.name] = i
        metadata[i] = {name = field.name, type = field.type, is_nullable = field.is_nullable or nil}
    end
    local key, hash = sharding_of(space, fields)
    -- In each answer: as a tuple it is copied, and not put into bytes again.
    local answered = box.tuple.new(metadata)
    return {id = space.id, name = space.name, engine = space.engine, format = metadata, metadata = answered, fields = fields, bucket = fields[BUCKET], key = key, hash = hash}
end

local function fresh()
    local version = box.internal.schema_version()
    if cache.version ~= version then
        cache = {version = version, by_name = {}}
    end
    return cache
end

-- Raises what a client can understand.
function spaces.get(name)
    local known = fresh().by_name
    local space = box.space[name]
    if space == nil then
        box.error{code = box.error.NO_SUCH_SPACE, reason = ("Space '%s' does not exist"):format(tostring(name))}
    end
    local found = known[name]
    if found == nil then
        if space.index[0] == nil then
            box.error{code = box.error.NO_SUCH_INDEX_ID, reason = ("Space '%s' has no index yet"):format(name)}
        end
        -- A format is read from a system space, which users have no rights to.
        found = box.session.su('admin', describe, space)
        known[name] = found
    end
    return space, found
end

-- For routers: all spaces that are no system's. Nothing where `known` is the version.
function spaces.schema(known)
    local version = fresh().version
    if known == version then
        return {version = version}
    end
    local list = seq({})
    for id, space in pairs(box.space) do
        if type(id) == 'number' and id >= 512 and space.name:sub(1, 1) ~= '_' and space.index[0] ~= nil then
            local _, found = spaces.get(space.name)
            table.insert(list, {
                id = found.id, name = found.name, engine = found.engine, format = found.format, indexes = indexes_of(space, described),
                bucket = found.bucket, key = found.key, hash = found.hash,
            })
        end
    end
    return {version = version, spaces = list}
end

return spaces
