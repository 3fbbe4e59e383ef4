-- The lease of the master, as its instance keeps it: writable only in the epoch in which it was promoted, and only up to
-- the deadline that its agent pushes along. Nothing here is on until the agent first speaks of a lease. Epochs only
-- grow; of calls that race, `turn` lets the later one win.
local clock = require('clock')
local plain = require('plain')
local moment = require('lease.moment')
local database = require('database')
local leadership = require('leadership')
local writing = require('lease.writing')
local calls = require('lease.calls')
local guard = require('lease.guard')
local gate = require('lease.gate')
local kill = require('lease.kill')
local fence = require('lease.fence')
local epoch = require('lease.epoch')
local intervals = require('lease.intervals')
local synchro = require('lease.synchro')
local lease = {}

local NEVER, FOREVER = writing.NEVER, writing.FOREVER
local state, facts = writing.state, writing.facts
local wrong_epoch, expired = writing.wrong_epoch, writing.expired
-- What connectors call, once somebody has the right to.
local FUNCTIONS = {'coterie.fenced_call', 'coterie.quorum_call', 'coterie.bucket_call', 'coterie.buckets_map'}
-- So long a switchover waits for calls that have begun.
local CALLS_SECONDS = 0.02
-- Who is told when this instance begins to lead, or goes on. They may not yield.
local listeners = {}

local function need_database()
    if not database.configured() then
        error('there is no database yet', 0)
    end
end

local function deadline_of(value)
    if value == 'forever' then
        return FOREVER
    elseif type(value) ~= 'number' then
        error("deadline: seconds of CLOCK_MONOTONIC, or 'forever'", 0)
    end
    return moment.of(value)
end

local function manage()
    if not state.managed then
        state.managed = true
        state.epoch, state.master = epoch.load()
    end
end

-- A later epoch ends whatever this instance was in the one before. Yields only when there is something new. Answers the
-- turn that this order has: what comes while the epoch is saved, comes after it.
local function learn(params, deadline)
    if type(params.epoch) ~= 'number' or params.epoch < 0 or params.epoch % 1 ~= 0 then
        error('epoch: a whole number', 0)
    end
    manage()
    if params.epoch < state.epoch then
        wrong_epoch(params.epoch, 'a later epoch is known here')
    end
    writing.watch(deadline, params.guard)
    local new = params.epoch > state.epoch
    state.turn = state.turn + ((new or params.promotes) and 1 or 0)
    local turn = state.turn
    if new then
        state.epoch, state.master = params.epoch, params.master
        state.owner, state.frozen, state.lapsed = false, false, false
        writing.close('a later epoch', deadline == FOREVER)
        state.deadline = state.deadline == FOREVER and FOREVER or NEVER
    elseif params.master ~= nil and params.master ~= state.master then
        state.master = params.master
        new = true
    end
    state.copies = params.copies or state.copies
    state.grace = params.grace or state.grace
    if new then
        epoch.keep(state.epoch, state.master)
        if state.epoch ~= params.epoch then
            wrong_epoch(params.epoch, 'a later epoch came meanwhile')
        end
    end
    return turn
end

-- Deadlines may come in any order: the latest counts. One that ends takes the place of one without an end.
local function extend(deadline)
    local now = moment.now()
    if deadline <= now then
        expired(now - deadline, 'this deadline has passed')
    end
    if state.open and now > state.deadline then
        writing.lapse()
    end
    if state.deadline == FOREVER or deadline > state.deadline then
        state.deadline = deadline
    end
    if state.open then
        writing.until_deadline()
    elseif state.owner and state.lapsed then
        writing.reopen('renewed')
    end
end

-- {epoch, deadline?, master?, copies?, guard?, grace?}: what the agent tells, at each renewal and when it learns of another master.
function lease.set(params)
    need_database()
    local deadline = params.deadline ~= nil and deadline_of(params.deadline) or nil
    learn(params, deadline)
    if deadline ~= nil then
        extend(deadline)
    end
    return lease.told()
end

local function leads()
    for _, told in ipairs(listeners) do
        pcall(told)
    end
end

function lease.on_lead(told)
    table.insert(listeners, told)
end

local function still(turn, freezes)
    if turn ~= state.turn or freezes ~= leadership.freezes then
        wrong_epoch(state.epoch, 'another order came during the promotion')
    end
end

local function in_time()
    local now = moment.now()
    if now > state.deadline then
        expired(now - state.deadline, 'the deadline passed during the promotion')
    end
end

local function take_over(params, turn, freezes)
    if params.peers ~= nil then
        database.replicate_from(params.peers, params.password)
    end
    synchro.take_over()
    local saved = epoch.save(state.epoch, state.master)
    still(turn, freezes)
    in_time()
    -- Until the schema and the epoch stand, this fiber alone writes.
    guard.open_to_me(state.deadline)
    if params.first ~= nil and not guard.on then
        guard.install(facts)
    end
    writing.arm()
    local from = clock.monotonic()
    database.set_read_only(false)
    if box.info.ro then
        error(('it stays read-only: %s'):format(box.info.status), 0)
    end
    if params.first ~= nil then
        params.first()
    end
    leadership.ensure_schema(params.password)
    epoch.ensure()
    for _, name in ipairs(FUNCTIONS) do
        box.schema.func.create(name, {if_not_exists = true})
    end
    if not saved then
        epoch.save(state.epoch, state.master)
    end
    still(turn, freezes)
    in_time()
    state.owner = true
    state.acks, state.kept = params.acks, params.acks
    -- Its replicas follow only now: before they are heard nobody else writes.
    writing.heed_gate(moment.now())
    pcall(synchro.warn)
    writing.open(guard.on and clock.monotonic() or from, 'promoted')
    leads()
end

-- {epoch, deadline, password, peers?, master?, copies?, acks?, first?, guard?, grace?}: makes this the master of the epoch. Asked once more
-- in the same epoch it renews. `peers`: whom to replicate from, without the old master. `first`: writes before anybody may.
function lease.promote(params)
    need_database()
    local begun = clock.monotonic()
    local deadline = deadline_of(params.deadline)
    if state.promoting then
        error('a promotion is under way', 0)
    end
    local freezes = leadership.freezes
    local turn = learn({epoch = params.epoch, master = params.master or box.info.uuid, copies = params.copies, guard = params.guard, grace = params.grace, promotes = true}, deadline)
    still(turn, freezes)
    extend(deadline)
    local closed = not state.open and begun - state.closed_at or 0
    if not state.open then
        state.promoting = true
        local ok, failure = pcall(take_over, params, turn, freezes)
        state.promoting = false
        guard.close_to_me()
        if state.by == 'kill' or state.deadline == FOREVER then
            guard.remove()
        end
        if not ok then
            -- A demotion or a later epoch has closed it already.
            if turn == state.turn then
                state.owner = false
                writing.close('the promotion failed')
            end
            error(failure, 0)
        end
    elseif params.peers ~= nil then
        database.replicate_from(params.peers, params.password)
    end
    local now = clock.monotonic()
    return {epoch = state.epoch, readOnly = box.info.ro, vclock = plain.vclock(box.info.vclock), tookMs = (now - begun) * 1000, readOnlyMs = (closed > 0 and closed + now - begun or 0) * 1000}
end

-- After the barrier no row of this instance follows: memtx has no transaction that yields, and vinyl ends those that are
-- open when the flag is set.
local function final(begun)
    leadership.barrier()
    return {epoch = state.epoch, readOnly = true, vclock = plain.vclock(box.info.vclock), tookMs = (clock.monotonic() - begun) * 1000}
end

-- {epoch?, master?, leased?}: read-only at once and for good in this epoch, but for another promotion. The vclock is final.
-- `leased`: a lease rules here from now on, also where none did.
function lease.demote(params)
    need_database()
    local begun = clock.monotonic()
    state.turn = state.turn + 1
    state.owner, state.lapsed, state.frozen = false, false, false
    writing.close('demoted')
    state.deadline = state.deadline == FOREVER and not params.leased and FOREVER or NEVER
    if params.leased then
        writing.watch(NEVER)
    end
    if params.epoch ~= nil and params.epoch > state.epoch then
        learn(params)
    end
    return final(begun)
end

local function need_owner(params)
    if params.epoch ~= state.epoch or not state.owner then
        wrong_epoch(params.epoch, 'this is not the master of that epoch')
    end
end

-- {epoch}: read-only for a switchover; `unfreeze` takes it back, a renewal does not. Calls that are under way end first, as
-- long as that is soon: what a function that has begun is refused, its client may have to be told.
function lease.freeze(params)
    need_database()
    need_owner(params)
    local begun = clock.monotonic()
    state.freezing = true
    calls.await(CALLS_SECONDS)
    state.freezing = false
    need_owner(params)
    state.frozen = true
    writing.close('frozen')
    return final(begun)
end

function lease.unfreeze(params)
    need_database()
    need_owner(params)
    if state.frozen then
        state.frozen = false
        if moment.now() > state.deadline then
            state.lapsed = true
            expired(moment.now() - state.deadline, 'a renewal makes it writable again')
        end
        if not writing.reopen('unfrozen') then
            wrong_epoch(params.epoch, 'it was made read-only by another meanwhile')
        end
        leads()
    end
    return lease.told()
end

-- Why a call that needs the master of `wanted` may not begin here, or what was done in it may not be said to last: a code
-- word, or nil. Before a lease is spoken of there is one epoch, 0.
function lease.objection(wanted, done)
    local leased = state.managed and state.deadline ~= FOREVER
    if wanted ~= state.epoch or (leased and not state.owner) then
        return 'WRONG_EPOCH'
    end
    -- What was committed before it was frozen goes with it to the next master.
    if leased and (moment.now() > state.deadline or (state.frozen or state.freezing or not state.open) and not done) then
        return 'LEASE_EXPIRED'
    elseif leased and gate.closed ~= nil and not done then
        return 'GATED'
    end
end

function lease.facts()
    return {known = state.epoch, master = state.master or box.NULL, frozen = state.frozen}
end

-- The highest epoch, for orders about leases. Leases count from here on: who only looks asks for `epoch`.
function lease.known()
    manage()
    return state.epoch
end

function lease.owner()
    return state.owner
end

function lease.promoting()
    return state.promoting
end

function lease.unleased()
    return state.deadline == FOREVER
end

-- Writable, and no lease has to do with it: the configuration says who may write.
function lease.stray()
    return not state.open and not state.promoting and not box.info.ro and (not state.watched or state.deadline == FOREVER)
end

-- From now on the configuration says who may write. The epoch that is known stays known.
function lease.leave()
    if state.watched and state.deadline ~= FOREVER then
        state.owner, state.frozen, state.lapsed = false, false, false
        state.turn = state.turn + 1
        writing.close('leases are over')
        writing.watch(FOREVER)
    end
end

-- Which voters have to have a write, and how many have to hear: a list of {voters, copies, gate}, all of which hold. nil:
-- nobody has said.
function lease.set_acks(acks)
    -- What was kept before is kept no longer, once others are waited for.
    state.acks, state.kept = acks, nil
    writing.heed_gate(moment.now())
end

-- Why a master whose lease holds lets no write through; nil = it does, or it is none.
function lease.gated()
    return state.open and moment.now() <= state.deadline and gate.why() or nil
end

function lease.acks()
    return setmetatable(state.acks or {}, {__serialize = 'seq'})
end

-- Those by which every row that there was is on enough copies, too: what may be put into the record.
function lease.kept_acks()
    return setmetatable(state.kept or {}, {__serialize = 'seq'})
end

function lease.keep_acks(acks)
    if state.acks == acks then
        state.kept = acks
    end
end

function lease.epoch()
    return state.epoch
end

function lease.copies()
    return state.copies
end

function lease.told(all)
    if not state.managed then
        return {managed = false}
    end
    local left, kills = state.deadline - moment.now(), kill.left()
    return {
        managed = true, epoch = state.epoch, saved = epoch.saved() >= state.epoch, master = state.master or box.NULL, owner = state.owner, frozen = state.frozen, lapsed = state.lapsed,
        writable = writing.through() and left >= 0 and not box.info.ro, gated = lease.gated() or box.NULL, readOnly = box.info.ro,
        deadlineLeftMs = math.abs(left) ~= FOREVER and left * 1000 or box.NULL,
        fencedSince = not state.open and box.info.ro and state.closed_at or box.NULL, enforced = state.enforced, copies = state.copies or box.NULL,
        guard = {on = guard.on, by = state.by, refused = guard.refused, gated = gate.refused, killInMs = kills and kills * 1000 or box.NULL, spaces = all and guard.count() or nil},
        fence = fence.lateness(), intervals = all and intervals.all() or intervals.told(), now = clock.monotonic(),
    }
end

return lease
