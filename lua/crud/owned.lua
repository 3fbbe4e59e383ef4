-- Which buckets are owned here, as a set that is made anew when the table has changed, with a stamp of it: how many, and
-- a sum of a hash of each. Stamps of all shards add up to that of all buckets only if each bucket is in one of them.
local ffi = require('ffi')
local space = require('buckets.space')
local owned = {}

-- {version, set, stamp}
local cache

local function times(a, b)
    return tonumber((ffi.cast('uint64_t', a) * ffi.cast('uint64_t', b)) % 4294967296ULL)
end

local function unsigned(value)
    return value % 4294967296
end

-- murmur3's last step: the router has the same.
local function hash(bucket)
    local h = bucket
    h = unsigned(bit.bxor(h, bit.rshift(h, 16)))
    h = times(h, 0x85ebca6b)
    h = unsigned(bit.bxor(h, bit.rshift(h, 13)))
    h = times(h, 0xc2b2ae35)
    return unsigned(bit.bxor(h, bit.rshift(h, 16)))
end

local function read(version)
    local set, ids, sum = {}, space.owners(), 0
    for _, id in ipairs(ids) do
        set[id] = true
        sum = sum + hash(id)
    end
    return {version = version, set = set, stamp = {#ids, sum}}
end

-- {set, stamp}; nil where there are no buckets at all. Users need no rights to the table.
function owned.now()
    if space.buckets() == nil then
        return nil
    end
    local version = space.version()
    if cache == nil or cache.version ~= version then
        cache = read(version)
    end
    return cache
end

return owned
