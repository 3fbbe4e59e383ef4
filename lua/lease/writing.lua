-- When the master of an epoch may write: what its lease is now, and what opens and closes the instance by it. What is
-- ordered is in `lease`.
local clock = require('clock')
local moment = require('lease.moment')
local refusal = require('lease.refusal')
local database = require('database')
local leadership = require('leadership')
local guard = require('lease.guard')
local gate = require('lease.gate')
local kill = require('lease.kill')
local fence = require('lease.fence')
local intervals = require('lease.intervals')
local writing = {NEVER = -math.huge, FOREVER = math.huge}

local NEVER, FOREVER = writing.NEVER, writing.FOREVER
-- `owner`: promoted in this epoch. `open`: writable now. `lapsed`: a renewal makes it writable again; a promotion alone
-- does that after anything else. `copies`: how many a write needs in quorum mode, this one included. `by`: what holds when
-- the fence is late, 'trigger' (lease/guard) or 'kill' (lease/kill); `grace`: seconds for which 'kill' waits for the fence.
local state = {managed = false, by = 'trigger', grace = 0.025, epoch = 0, owner = false, open = false, frozen = false, lapsed = false, deadline = NEVER, turn = 0, closed_at = clock.monotonic(), enforced = 0}
writing.state = state

function writing.facts()
    return {epoch = state.epoch, master = state.master or box.NULL, owner = state.owner, frozen = state.frozen}
end

function writing.wrong_epoch(asked, sentence)
    refusal.raise('WRONG_EPOCH', {asked = asked, known = state.epoch, master = state.master or box.NULL}, sentence)
end

-- It may write by its lease, and enough voters hear it.
function writing.through()
    return state.open and gate.closed == nil
end

function writing.expired(by, sentence)
    refusal.raise('LEASE_EXPIRED', {epoch = state.epoch, master = state.master or box.NULL, frozen = state.frozen, lateMs = by == FOREVER and box.NULL or by * 1000}, sentence)
end

-- `as_it_is`: where no lease rules, others say what is writable.
function writing.close(why, as_it_is)
    guard.close()
    if not box.cfg.read_only and not as_it_is then
        database.set_read_only(true)
    end
    kill.off()
    if state.open then
        state.open = false
        state.closed_at = clock.monotonic()
        intervals.finish(guard.on and state.deadline or nil, why)
    end
    if not state.owner then
        gate.reset()
    end
end

-- Without a lease nobody else takes over, so there is nothing to be lost by a cut.
function writing.heed_gate(now)
    local before = writing.through()
    if state.owner and state.deadline ~= FOREVER and state.acks ~= nil then
        gate.look(state.acks, now, writing.facts)
    else
        gate.open()
    end
    if before and not writing.through() then
        intervals.finish(nil, 'the gate closed')
    elseif state.open and not before and writing.through() then
        intervals.begin(state.epoch, clock.monotonic(), 'the gate opened')
    end
end

function writing.arm()
    if state.by == 'kill' then
        kill.at(state.deadline, state.grace)
    else
        kill.off()
    end
end

function writing.until_deadline()
    writing.arm()
    guard.open(state.deadline)
end

function writing.open(from, why)
    writing.until_deadline()
    database.set_read_only(false)
    state.open, state.lapsed, state.frozen = true, false, false
    state.freezes = leadership.freezes
    if writing.through() then
        intervals.begin(state.epoch, from, why)
    end
end

-- Again, unless another made it read-only meanwhile: then a promotion alone does.
function writing.reopen(why)
    if state.freezes ~= leadership.freezes then
        state.owner = false
        return false
    end
    writing.open(clock.monotonic(), why)
    return true
end

function writing.lapse()
    state.lapsed = true
    writing.close('the deadline passed')
end

-- Answers when it is to look again.
local function look(now)
    if state.open then
        if box.cfg.read_only then
            state.owner = false
            writing.close('made read-only by another')
        elseif now > state.deadline then
            writing.lapse()
        end
    elseif state.deadline ~= FOREVER and not state.promoting and not box.cfg.read_only then
        -- Somebody set the flag by hand. The trigger let nothing through.
        state.enforced = state.enforced + 1
        database.set_read_only(true)
    end
    writing.heed_gate(now)
    return state.open and state.deadline or FOREVER
end

-- Without an end there is nothing to guard. A host without such timers keeps the trigger.
function writing.watch(deadline, by)
    if by == 'trigger' or by == 'kill' and kill.possible() then
        state.by = by
    end
    if deadline == FOREVER then
        state.deadline = FOREVER
    end
    state.watched = true
    if deadline == FOREVER or state.by == 'kill' then
        guard.remove()
    elseif deadline ~= nil or state.deadline ~= FOREVER then
        guard.install(writing.facts)
    end
    if state.open then
        writing.until_deadline()
    end
    fence.start(look)
end

return writing
