-- A call with a deadline, in a fiber of its own. Code that never yields is stopped too, as long as it is interpreted: a
-- hook sees the deadline pass.
local fiber = require('fiber')
local clock = require('clock')
local limited = {}

local HOOK_INSTRUCTIONS = 100000
-- By fiber: {at, turn, passed, stack}.
local deadlines = {}
local running = 0

-- LuaJIT has one hook for all coroutines: it asks whose turn it is. Once a deadline has passed it comes after every
-- instruction, so that no pcall in the code outlives it.
local function hook()
    local deadline = deadlines[fiber.self().id()]
    if deadline == nil then
        return
    end
    local now = clock.monotonic()
    -- The loop's own clock stands still while nobody yields.
    if deadline.passed or now > deadline.at or now - fiber.clock() > deadline.turn then
        if not deadline.passed then
            deadline.stuck = now <= deadline.at
            deadline.passed, deadline.stack = true, debug.traceback('', 2)
        end
        debug.sethook(hook, '', 1)
        error('the deadline has passed', 0)
    end
end

-- Calls that are counted together: `running` has those, too, that were given up and have not ended yet. `turn`: seconds
-- for which one may hold up every other fiber.
function limited.group()
    return {running = 0, turn = math.huge, call = limited.call}
end

-- {ok, result, late, stuck, stack}: what `f` returned or raised. `late`: it was not done within `seconds`, or held up the
-- others for too long, `stuck`; `stack` is where it was, if that is known.
function limited.call(group, seconds, f, ...)
    local started = clock.monotonic()
    local deadline = {at = started + seconds, turn = group.turn, passed = false, stuck = false}
    local done = fiber.channel(1)
    running, group.running = running + 1, group.running + 1
    local worker = fiber.new(f, ...)
    local id = worker:id()
    worker:set_joinable(true)
    deadlines[id] = deadline
    debug.sethook(hook, '', HOOK_INSTRUCTIONS)
    fiber.create(function()
        local ok, result = worker:join()
        deadlines[id] = nil
        running, group.running = running - 1, group.running - 1
        debug.sethook(running > 0 and hook or nil, '', HOOK_INSTRUCTIONS)
        done:put({ok = ok and not deadline.passed, result = result, late = deadline.passed, stuck = deadline.stuck, stack = deadline.stack}, 0)
    end)
    local answer
    -- The timer counts from the loop's clock, which may be behind.
    repeat
        answer = done:get(math.max(deadline.at - clock.monotonic(), 0.001))
    until answer ~= nil or clock.monotonic() >= deadline.at
    if answer == nil then
        pcall(worker.cancel, worker)
        return {ok = false, result = ('not done within %d ms; cancelled'):format(seconds * 1000), late = true}
    end
    return answer
end

-- Ends the time of a call that runs in that fiber: its next instruction fails, and each after it.
function limited.expire(id)
    local deadline = deadlines[id]
    if deadline ~= nil and not deadline.passed then
        deadline.passed, deadline.stack = true, nil
        debug.sethook(hook, '', 1)
    end
end

return limited
