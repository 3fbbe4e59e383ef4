-- Fibers in which nothing may be written: those that run a function of mode read, and code that is only tried. A trigger on
-- every space asks, local and temporary ones included; it is there only while there may be such fibers.
local fiber = require('fiber')
local triggers = require('lease.triggers')
local reading = {}

-- By fiber: what it runs, for the message.
local inside = {}
local count = 0

local function check()
    if count > 0 then
        local who = inside[fiber.self().id()]
        if who ~= nil then
            error(who .. ' may not write', 0)
        end
    end
end

local set = triggers.of(check, {everywhere = true})
-- Who wants the trigger.
local wanted = {}

-- `for_whom`: 'functions' or 'check'.
function reading.want(for_whom, on)
    wanted[for_whom] = on or nil
    if next(wanted) ~= nil and type(box.cfg) ~= 'function' then
        set.install()
    elseif next(wanted) == nil then
        set.remove()
    end
end

-- Answers what was there before, to be given back to `leave`.
function reading.enter(who)
    local id = fiber.self().id()
    local before = inside[id]
    inside[id] = who
    count = count + 1
    return before
end

function reading.leave(before)
    inside[fiber.self().id()] = before
    count = count - 1
end

-- Another fiber, from now on.
function reading.forbid(id, who)
    if inside[id] == nil then
        count = count + 1
    end
    inside[id] = who
end

-- Of a fiber that may have been broken off before it could leave.
function reading.ended(id)
    if id ~= nil and inside[id] ~= nil then
        inside[id] = nil
        count = count - 1
    end
end

return reading
