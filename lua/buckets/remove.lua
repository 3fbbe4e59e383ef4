-- Deletes the rows of buckets, some at a time, each time in one transaction: that of many small buckets is one, too, as each
-- has to be waited for.
local fiber = require('fiber')
local raw_tuple = require('raw-tuple')
local transaction = require('transaction')
local shards = require('buckets.shards')
local remove = {}

local ROWS_MAX = 300

-- Rows of the buckets from `at` on, as many as a transaction takes; and at which of them it goes on.
local function some_of(shard, ids, at)
    local index, rows = box.space[shard.id].index[shard.index], {}
    while at <= #ids do
        local room = ROWS_MAX - #rows
        local found = index:select({ids[at]}, {limit = room})
        for _, tuple in ipairs(found) do
            table.insert(rows, tuple)
        end
        if #found == room then
            break
        end
        at = at + 1
    end
    return rows, at
end

-- `go_on(id)` raises when it is not to. Answers how many rows there were.
function remove.rows(ids, go_on)
    local count = 0
    for _, shard in ipairs(shards.list()) do
        local at = 1
        repeat
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
                for _, tuple in ipairs(rows) do
                    raw_tuple.free(tuple)
                end
                count = count + #rows
                fiber.yield()
            end
            at = after
        until at > #ids
    end
    return count
end

return remove
