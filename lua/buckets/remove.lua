-- Deletes the rows of a bucket, some at a time, each time in one transaction.
local fiber = require('fiber')
local shards = require('buckets.shards')
local remove = {}

local ROWS_MAX = 300

local function some_of(shard, id)
    local space = box.space[shard.id]
    local found = space.index[shard.index]:select({id}, {limit = ROWS_MAX})
    if #found == 0 then
        return 0
    end
    local primary = space.index[0]
    box.begin()
    local ok, failure = pcall(function()
        for _, tuple in ipairs(found) do
            primary:delete(shard.key:extract_key(tuple))
        end
        box.commit()
    end)
    if not ok then
        box.rollback()
        error(failure, 0)
    end
    return #found
end

-- `go_on()` raises when it is not to. Answers how many there were.
function remove.rows(id, go_on)
    local count = 0
    for _, shard in ipairs(shards.list()) do
        repeat
            go_on()
            local some = some_of(shard, id)
            count = count + some
            if some > 0 then
                fiber.yield()
            end
        until some < ROWS_MAX
    end
    return count
end

return remove
