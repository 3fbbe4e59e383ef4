-- How fast rows may move. The thread that reads and writes them answers clients, too, and shares its processor with others:
-- so while something moves a fiber sees by how much it wakes late, as a request would, and whoever moves rests the longer
-- after each of its steps the later that is, here or at the other side. There is a limit to that: what moves has to arrive.
local clock = require('clock')
local fiber = require('fiber')
-- `rested`: by kind of work, seconds since the start.
local pace = {rested = {}}

local LOOK_SECONDS = 0.002
-- What the newest look counts for.
local WEIGHT = 0.05
-- Later than that on average is too late: what a client waits for is several times that at its worst.
local LATE_SECONDS = 0.001
local IDLE_SECONDS = 1
local REST_SECONDS_MAX = 0.05
-- Rests are so many times what the step before took: more by so much where it is late, and less where it is not.
local REST_UP, REST_DOWN = 0.2, 0.05
local late, wanted_until, looker = 0, 0, nil

local function look()
    while clock.monotonic() < wanted_until do
        local due = clock.monotonic() + LOOK_SECONDS
        fiber.sleep(LOOK_SECONDS)
        late = late + (math.max(clock.monotonic() - due, 0) - late) * WEIGHT
    end
    late = 0
end

-- By how many seconds this instance wakes late, of late. It is looked at from the first time that somebody asks, for as long
-- as somebody does.
function pace.late()
    wanted_until = clock.monotonic() + IDLE_SECONDS
    if looker == nil or looker:status() == 'dead' then
        looker = fiber.create(function()
            fiber.name('buckets.pace')
            look()
        end)
    end
    return late
end

-- The same for those who only tell: 0 where nothing moves.
function pace.told_late()
    return late
end

-- The share of rest after `share`, where the last look said `seconds`.
function pace.share(share, most, seconds)
    return seconds > LATE_SECONDS and math.min(most, share + REST_UP) or math.max(0, share - REST_DOWN)
end

-- For work of a kind, which rests `most` times as long as it works, at most: a function that says for how many seconds to
-- rest after a step that took `seconds`, where the other side of it is late by `theirs`.
function pace.of(kind, most)
    local share, rested = 0, pace.rested
    rested[kind] = rested[kind] or 0
    return function(seconds, theirs)
        share = pace.share(share, most, math.max(pace.late(), tonumber(theirs) or 0))
        local rest = math.min(seconds * share, REST_SECONDS_MAX)
        rested[kind] = rested[kind] + rest
        return rest
    end
end

return pace
