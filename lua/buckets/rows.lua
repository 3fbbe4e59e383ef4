-- Rows as they travel: the very bytes of each, behind its length, in pieces that are bounded in rows and bytes. Lua sees
-- none of the fields, so nothing is encoded anew.
local ffi = require('ffi')
local fiber = require('fiber')
local raw_tuple = require('raw-tuple')
local shards = require('buckets.shards')
local rows = {}

local ROWS_MAX = 500
local BYTES_MAX = 256 * 1024
local HEAD = 4
-- So many are counted by an index, which lets nobody else in meanwhile; more are walked.
local COUNTED_MAX = 10000
-- Others are served between so many counts, and between so many rows that are walked.
local COUNTS_AT_ONCE, WALKED_AT_ONCE = 100, 1000

local function grown(buffer, used, wanted)
    local size = math.max(buffer.size * 2, wanted)
    local bytes = ffi.new('char[?]', size)
    ffi.copy(bytes, buffer.bytes, used)
    buffer.bytes, buffer.size = bytes, size
end

local function put(buffer, used, tuple)
    local size = tonumber(ffi.C.box_tuple_bsize(tuple))
    if used + HEAD + size > buffer.size then
        grown(buffer, used, used + HEAD + size)
    end
    ffi.cast('uint32_t *', buffer.bytes + used)[0] = size
    ffi.C.box_tuple_to_buf(tuple, buffer.bytes + used + HEAD, size)
    return used + HEAD + size
end

-- Walks the rows of `ids` in each space of `list`, as it was at `version`. Each call gives {buckets, parts = {{space, count}}, blob, rows, bytes}, of one
-- engine, as a transaction has to be; nil at the end. Raises where spaces or indexes are changed meanwhile.
function rows.reader(list, version, ids)
    local buffer = {size = BYTES_MAX + 64 * 1024}
    buffer.bytes = ffi.new('char[?]', buffer.size)
    local at_shard, at_id = 1, 1
    local gen, param, iterator, tuple
    local function advance()
        while true do
            if gen ~= nil then
                local found
                found, tuple = gen(param, iterator)
                if found ~= nil then
                    return true
                end
                -- One of vinyl yields by itself.
                shards.same(version)
                raw_tuple.close(iterator)
                gen, iterator, at_id = nil, nil, at_id + 1
            end
            if at_id > #ids then
                at_shard, at_id = at_shard + 1, 1
            end
            local shard = list[at_shard]
            if shard == nil then
                return false
            end
            gen, param, iterator = box.space[shard.id].index[shard.index]:pairs({ids[at_id]}, {iterator = 'EQ'}):unwrap()
        end
    end
    shards.same(version)
    local more = advance()
    return function()
        shards.same(version)
        if not more then
            return nil
        end
        local used, count, parts, buckets, part, last = 0, 0, {}, {}, nil, nil
        local engine = list[at_shard].engine
        while more and count < ROWS_MAX and used < BYTES_MAX and list[at_shard].engine == engine do
            local shard = list[at_shard]
            if part == nil or part[1] ~= shard.name then
                part = {shard.name, 0}
                table.insert(parts, part)
            end
            if last ~= ids[at_id] then
                last = ids[at_id]
                table.insert(buckets, last)
            end
            used = put(buffer, used, tuple)
            raw_tuple.free(tuple)
            part[2], count = part[2] + 1, count + 1
            more = advance()
        end
        return {buckets = buckets, parts = parts, blob = ffi.string(buffer.bytes, used), rows = count, bytes = used}
    end
end

local function walked(index, version, id)
    local count = 0
    local gen, param, iterator = index:pairs({id}, {iterator = 'EQ'}):unwrap()
    local found, tuple = gen(param, iterator)
    while found ~= nil do
        raw_tuple.free(tuple)
        count = count + 1
        if count % WALKED_AT_ONCE == 0 then
            fiber.yield()
            shards.same(version)
        end
        found, tuple = gen(param, iterator)
    end
    shards.same(version)
    raw_tuple.close(iterator)
    return count
end

-- How many rows these buckets have by the indexes, about `expected`: asked anew, as what is lost between two storages is lost
-- for ever. May yield.
function rows.count(list, version, ids, expected)
    local found, counts = 0, 0
    for _, shard in ipairs(list) do
        for _, id in ipairs(ids) do
            shards.same(version)
            local index = box.space[shard.id].index[shard.index]
            found, counts = found + (shard.engine == 'memtx' and expected <= COUNTED_MAX and index:count({id}) or walked(index, version, id)), counts + 1
            if counts % COUNTS_AT_ONCE == 0 then
                fiber.yield()
            end
        end
    end
    return found
end

-- Calls f(space name, tuple) for each row of a piece, which is gone after that; raises where it is none.
function rows.each(parts, blob, f)
    local bytes, at, size = ffi.cast('const char *', blob), 0, #blob
    for _, part in ipairs(parts) do
        for _ = 1, part[2] do
            local length = at + HEAD <= size and tonumber(ffi.cast('const uint32_t *', bytes + at)[0]) or math.huge
            if at + HEAD + length > size then
                error('a piece of rows that is cut off', 0)
            end
            local tuple = raw_tuple.at(bytes + at + HEAD, length)
            f(part[1], tuple)
            raw_tuple.free(tuple)
            at = at + HEAD + length
        end
    end
    if at ~= size then
        error('bytes follow the rows', 0)
    end
end

return rows
