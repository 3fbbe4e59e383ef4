-- Keeps every bucket that is owned here where it is, for a call to all shards at once: a reference on each, as a call to it
-- has. Where all buckets are held, no hand-over ends before they are released.
local fiber = require('fiber')
local refs = require('buckets.refs')
local owned = require('crud.owned')
local space = require('buckets.space')
local hold = {}

local HOLDS_MAX = 1000
local SECONDS_MAX = 86400
-- By name: list of buckets.
local holds, count = {}, 0

-- True if it was still held: nothing that was there has gone.
function hold.release(name)
    local buckets = holds[name]
    if buckets == nil then
        return false
    end
    holds[name], count = nil, count - 1
    for _, bucket in ipairs(buckets) do
        refs.release('write', bucket)
    end
    return true
end

-- How many it holds: those on their way are not. Released by itself after `seconds`.
function hold.take(name, seconds)
    if type(name) ~= 'string' or type(seconds) ~= 'number' or not (seconds >= 0 and seconds <= SECONDS_MAX) then
        error('map_hold: name, seconds', 0)
    elseif holds[name] ~= nil or count >= HOLDS_MAX then
        error('map_hold: that name is taken, or too many calls hold all buckets already', 0)
    end
    local buckets, now = {}, owned.now()
    for bucket in pairs(now ~= nil and now.set or {}) do
        if space.look(bucket) ~= 'sending' then
            refs.hold('write', bucket)
            table.insert(buckets, bucket)
        end
    end
    holds[name], count = buckets, count + 1
    fiber.create(function()
        fiber.name('map_hold')
        fiber.sleep(seconds)
        hold.release(name)
    end)
    return #buckets
end

return hold
