-- The fence fiber: looks every 10 ms, and at the deadline itself, whether this instance may still write. How late it
-- comes tells how far a deadline can be overrun, and whether the host is sick.
local fiber = require('fiber')
local log = require('log')
local moment = require('lease.moment')
local fence = {}

local EVERY_SECONDS = 0.01
local WINDOW_SECONDS = 1
local late = {last = 0, max = 0, window = 0, before = 0, window_ends = 0, looks = 0}
local running

local function note(lateness, now)
    late.looks = late.looks + 1
    late.last = lateness
    late.max = math.max(late.max, lateness)
    if now > late.window_ends then
        late.before = late.window
        late.window = 0
        late.window_ends = now + WINDOW_SECONDS
    end
    late.window = math.max(late.window, lateness)
end

-- `look(now)` does what is due and answers the next deadline.
function fence.start(look)
    if running ~= nil and running:status() ~= 'dead' then
        return
    end
    running = fiber.create(function()
        fiber.name('fence')
        local wanted = moment.now()
        while true do
            local now = moment.now()
            note(math.max(now - wanted, 0), now)
            local ok, deadline = pcall(look, now)
            if not ok then
                log.error('the fence could not look: %s', tostring(deadline))
                deadline = math.huge
            end
            now = moment.now()
            wanted = math.min(now + EVERY_SECONDS, math.max(deadline, now))
            fiber.sleep(wanted - now)
        end
    end)
end

function fence.alive()
    return running ~= nil and running:status() ~= 'dead'
end

function fence.lateness()
    return {
        looks = late.looks, alive = fence.alive(),
        lateMs = late.last * 1000, lateMaxMs = late.max * 1000, lateRecentMaxMs = math.max(late.window, late.before) * 1000,
    }
end

return fence
