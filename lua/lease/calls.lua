-- How many functions that may write are under way as the calls of clients, and when none is.
local clock = require('clock')
local fiber = require('fiber')
local calls = {}

local running, awaited = 0, 0
local ended = fiber.cond()

function calls.begin()
    running = running + 1
end

function calls.finish()
    running = running - 1
    if running == 0 and awaited > 0 then
        ended:broadcast()
    end
end

-- Until none is, at most for so long.
function calls.await(seconds)
    local deadline = clock.monotonic() + seconds
    awaited = awaited + 1
    while running > 0 and clock.monotonic() < deadline do
        ended:wait(math.max(deadline - clock.monotonic(), 0))
    end
    awaited = awaited - 1
end

return calls
