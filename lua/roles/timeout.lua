-- Breaks off calls that take too long: their fiber is cancelled, so they end at their next yield. One fiber looks after all.
local fiber = require('fiber')
local clock = require('clock')
local timeout = {}

local LOOK_SECONDS = 0.02
-- By id of the fiber: {at, fiber, passed}.
local deadlines = {}
local watching = false

local function watch()
    fiber.name('timeouts')
    while next(deadlines) ~= nil do
        fiber.sleep(LOOK_SECONDS)
        local now = clock.monotonic()
        for _, deadline in pairs(deadlines) do
            if not deadline.passed and now > deadline.at then
                deadline.passed = true
                pcall(deadline.fiber.cancel, deadline.fiber)
            end
        end
    end
    watching = false
end

-- What `leave` needs. Of calls in calls the one that ends first counts.
function timeout.enter(seconds)
    local self = fiber.self()
    local id = self:id()
    local before, at = deadlines[id], clock.monotonic() + seconds
    if before == nil or at < before.at then
        deadlines[id] = {at = at, fiber = self, passed = false}
    end
    if not watching then
        watching = true
        fiber.create(watch)
    end
    return {before = before, own = deadlines[id], id = id}
end

-- True if the time was over.
function timeout.leave(entered)
    deadlines[entered.id] = entered.before
    return entered.own.passed
end

return timeout
