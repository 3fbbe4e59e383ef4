-- Who holds which bucket: a call has a reference to its bucket while it runs. A bucket is not sent before its writes are
-- over, and its rows are not deleted while a read is under way. In memory, and of this instance alone.
local fiber = require('fiber')
local clock = require('clock')
local refs = {}

-- Bucket -> how many; no entry for none.
local held = {write = {}, read = {}}
local totals = {write = 0, read = 0}
local freed = fiber.cond()
local waiting = 0
local LOOK_SECONDS = 0.05

function refs.hold(mode, bucket)
    local of = held[mode]
    of[bucket] = (of[bucket] or 0) + 1
    totals[mode] = totals[mode] + 1
end

function refs.release(mode, bucket)
    local of = held[mode]
    local left = of[bucket] - 1
    of[bucket] = left > 0 and left or nil
    totals[mode] = totals[mode] - 1
    if left == 0 and waiting > 0 then
        freed:broadcast()
    end
end

function refs.count(mode, bucket)
    return held[mode][bucket] or 0
end

function refs.totals()
    return {write = totals.write, read = totals.read}
end

-- Those of the buckets that are still held.
function refs.held(mode, buckets)
    local of, result = held[mode], {}
    for _, bucket in ipairs(buckets) do
        if of[bucket] ~= nil then
            table.insert(result, bucket)
        end
    end
    return result
end

-- Waits until nothing holds any of the buckets, at most up to `deadline` (clock.monotonic); answers those that are still held.
function refs.await(mode, buckets, deadline)
    local left = refs.held(mode, buckets)
    waiting = waiting + 1
    local ok, failure = pcall(function()
        while #left > 0 and clock.monotonic() < deadline do
            freed:wait(math.min(LOOK_SECONDS, math.max(deadline - clock.monotonic(), 0)))
            left = refs.held(mode, left)
        end
    end)
    waiting = waiting - 1
    if not ok then
        error(failure, 0)
    end
    return left
end

return refs
