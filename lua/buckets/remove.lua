-- Deletes the rows of buckets, some at a time, each time in one transaction: that of many small buckets is one, too, as each
-- has to be waited for.
local clock = require('clock')
local fiber = require('fiber')
local raw_tuple = require('raw-tuple')
local transaction = require('transaction')
local shards = require('buckets.shards')
local remove = {}

-- Of a transaction; and buckets in which rows are looked for. Others are served in between.
local ROWS_MAX, LOOKS_MAX = 200, 100

-- Rows of the buckets from `at` on, as many as a transaction takes; and at which of them it goes on.
local function some_of(shard, ids, at)
    local index, rows, last = box.space[shard.id].index[shard.index], {}, math.min(#ids, at + LOOKS_MAX - 1)
    while at <= last do
        local room = ROWS_MAX - #rows
        local found = index:select({ids[at]}, {limit = room})
        for _, tuple in ipairs(found) do
            if tuple[shard.field] ~= ids[at] then
                error(('a row of bucket %s of %s was found as one of bucket %d'):format(tostring(tuple[shard.field]), shard.name, ids[at]), 0)
            end
            table.insert(rows, tuple)
        end
        if #found == room then
            break
        end
        at = at + 1
    end
    return rows, at
end

-- `go_on(id)` raises when it is not to; `rest(seconds)` follows each transaction, which took so long, before the next one.
-- Answers how many rows there were. Raises where the rows of a space cannot be found, or spaces are changed meanwhile.
function remove.rows(ids, go_on, rest)
    local count, version = 0, shards.version()
    for _, shard in ipairs(shards.need()) do
        local at = 1
        repeat
            shards.same(version)
            local begun = clock.monotonic()
            local rows, after = some_of(shard, ids, at)
            if #rows > 0 then
                for i = at, math.min(after, #ids) do
                    go_on(ids[i])
                end
                local primary = box.space[shard.id].index[0]
                transaction(function()
                    for _, tuple in ipairs(rows) do
                        local key = shard.key:extract_key(tuple)
                        raw_tuple.free(primary:delete(key))
                        raw_tuple.free(key)
                    end
                end)
                raw_tuple.free_all(rows)
                count = count + #rows
            end
            if #rows > 0 and rest ~= nil then
                rest(clock.monotonic() - begun)
            else
                fiber.yield()
            end
            at = after
        until at > #ids
    end
    return count
end

return remove
