-- Which bucket a key is in, as vshard has it, so that data keeps its bucket. digest.crc32 is CRC-32C without the last
-- inversion; a key of several parts is hashed part after part.
local digest = require('digest')
local msgpack = require('msgpack')
local space = require('buckets.space')
local hash = {}

local function over(encode)
    return function(key)
        if type(key) ~= 'table' then
            return digest.crc32(encode(key))
        end
        local sum = digest.crc32.new()
        for _, part in ipairs(key) do
            sum:update(encode(part))
        end
        return sum:result()
    end
end

hash.strcrc32 = over(tostring)
-- Text goes without its header, in vshard too.
hash.mpcrc32 = over(function(value) return type(value) == 'string' and value or msgpack.encode(value) end)

local function bucket_of(sum, count)
    count = count or space.need().count
    return tonumber(sum) % count + 1
end

-- `count`: of the buckets that there are; without it that of this storage.
function hash.bucket_strcrc32(key, count)
    return bucket_of(hash.strcrc32(key), count)
end

function hash.bucket_mpcrc32(key, count)
    return bucket_of(hash.mpcrc32(key), count)
end

return hash
