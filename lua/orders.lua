-- What failover orders this instance to do, and what it tells about itself: `InstanceOrder` and `InstanceReport` of
-- core/failover over the control socket. It fetches rows from one other or from nobody, only by order, and each entry of
-- the journal that comes has to continue its own. Of orders that race the later one wins: `turn`.
local fiber = require('fiber')
local fio = require('fio')
local clock = require('clock')
local log = require('log')
local plain = require('plain')
local database = require('database')
local leadership = require('leadership')
local journal = require('journal')
local canary = require('canary')
local fence = require('lease.fence')
local lease = require('lease')
local quorum = require('lease.quorum')
local refusal = require('lease.refusal')
local migrations = require('migrations.run')
local orders = {}

-- Another one at each start of the process: microseconds since 1970.
local LIFE = math.floor(clock.realtime() * 1e6)
-- box.cfg waits so long for a source that does not answer, and holds up the next order; it goes on connecting after.
local CONNECT_SECONDS = 0.1
local SICK_MS = 2000
local turn = 0
-- One that is not registered here has no state to look at: so long may its registration take to come.
local UNSEEN_SECONDS = 5
-- {uuid, uri, since}: from whom it fetches.
local source
-- Uuid of one whose logs do not go back to the last row here: it cannot be followed.
local gap
-- The epoch for which it was stopped.
local demoted
local changing = fiber.channel(1)

local function no(sentence)
    refusal.raise('REFUSED', {epoch = lease.known(), demoted = demoted or box.NULL, promoted = lease.owner() and lease.known() or box.NULL}, sentence)
end

local function take_turn()
    turn = turn + 1
    return turn
end

local function change_source(wanted, mine)
    if mine ~= turn then
        no('another order came meanwhile')
    elseif wanted ~= nil and source ~= nil and wanted.uuid == source.uuid and wanted.uri == source.uri then
        return
    end
    source = nil
    if wanted ~= nil and wanted.uuid ~= gap then
        gap = nil
    end
    if box.cfg.replication_connect_timeout ~= CONNECT_SECONDS then
        database.cfg{replication_connect_timeout = CONNECT_SECONDS}
    end
    database.replicate_from({})
    -- Behind it every row that was taken from the former source is in the vclock.
    leadership.barrier()
    if wanted ~= nil then
        if mine ~= turn then
            no('another order came meanwhile')
        end
        source = {uuid = wanted.uuid, uri = wanted.uri, since = clock.monotonic()}
        local ok, failure = pcall(database.replicate_from, {wanted.uri})
        if not ok then
            source = nil
            error(failure, 0)
        end
    end
end

local function fetch_from(wanted, mine)
    changing:put(true)
    local ok, failure = pcall(change_source, wanted, mine)
    changing:get()
    if not ok then
        error(failure, 0)
    end
end

local function leave_source(why)
    if source == nil then
        return
    end
    log.warn('fetches from nobody any more: %s', why)
    source = nil
    local mine = take_turn()
    fiber.new(function() pcall(fetch_from, nil, mine) end)
end

local function source_told()
    if source == nil then
        return box.NULL
    end
    for _, peer in pairs(box.info.replication) do
        local link = peer.upstream
        if link ~= nil and peer.uuid ~= source.uuid then
            leave_source(('%s is %s, not %s'):format(source.uri, peer.uuid, source.uuid))
            return box.NULL
        elseif link ~= nil and link.status == 'stopped' then
            if (link.message or ''):find('Missing %.xlog') then
                gap = source.uuid
            end
            -- It does not try again by itself.
            leave_source(('%s: %s'):format(source.uri, link.message or 'stopped'))
            return box.NULL
        end
    end
    if clock.monotonic() - source.since > UNSEEN_SECONDS and box.space._cluster.index.uuid:get(source.uuid) == nil then
        leave_source(('%s is not registered here, and its registration did not come from it; the log may say why'):format(source.uri))
        return box.NULL
    end
    return source.uuid
end

local function sick()
    local late = fence.lateness().lateRecentMaxMs
    return late > SICK_MS and ('its fibers come %.0f ms late'):format(late) or canary.sick() or box.NULL
end

local function nothing_yet()
    if #fio.glob('*.snap') > 0 then
        error('the data is not loaded yet', 0)
    end
    local empty = setmetatable({}, {__serialize = 'seq'})
    return {
        life = LIFE, hasData = false, origin = '', epoch = 0, demoted = box.NULL, promoted = box.NULL, turn = turn, frozen = false, writable = false, gated = box.NULL, unleased = false,
        upstream = box.NULL, gap = box.NULL, copy = {vclock = plain.map({}), journal = empty}, acks = empty, sick = box.NULL, busy = box.NULL,
    }
end

function orders.report()
    if not database.configured() then
        return nothing_yet()
    end
    journal.arm(leave_source)
    canary.start()
    local known, told, owner, stray = lease.known(), lease.told(), lease.owner(), lease.stray()
    return {
        life = LIFE, hasData = true, origin = tostring(box.info.id), epoch = known, demoted = demoted or box.NULL, promoted = owner and known or box.NULL, turn = turn,
        frozen = told.frozen, writable = told.writable or stray, gated = lease.gated() or box.NULL, unleased = owner and lease.unleased() or stray, upstream = source_told(), upstreamUri = source ~= nil and source.uri or box.NULL,
        gap = gap or box.NULL, copy = {vclock = plain.vclock(box.info.vclock), journal = journal.told()}, acks = lease.kept_acks(), sick = sick(), busy = migrations.doing() or box.NULL,
    }
end

local function need_owner(epoch)
    if lease.known() ~= epoch or not lease.owner() then
        no(('it is not the master of epoch %d'):format(epoch))
    end
end

local function need_follower(epoch)
    if epoch < lease.known() then
        no('a later epoch is known here')
    elseif lease.owner() or lease.promoting() then
        no('it is the master, or is becoming it: it has to be demoted first')
    end
end

local handlers = {}

function handlers.look() end

-- `deadline`: seconds of CLOCK_MONOTONIC, or 'forever'.
function handlers.leaseSet(params)
    need_owner(params.epoch)
    lease.set{epoch = params.epoch, deadline = params.deadline, guard = params.guard, grace = params.grace}
end

function handlers.demote(params)
    if params.epoch < lease.known() then
        no('a later epoch is known here')
    end
    local mine = take_turn()
    -- One that is stopped already stays so while it is stopped again.
    if demoted ~= params.epoch then
        demoted = nil
    end
    lease.demote{epoch = params.epoch, leased = true}
    fetch_from(nil, mine)
    if mine ~= turn or lease.known() ~= params.epoch then
        no('another order came meanwhile')
    end
    demoted = params.epoch
end

-- `turn`: of the report it was decided on; agents of earlier versions do not say. Until it is done this instance is still stopped for the epoch: one that is neither that nor its master has lost it for good.
function handlers.promote(params)
    if demoted ~= params.epoch or lease.known() ~= params.epoch then
        no('it was not stopped for this epoch')
    elseif params.turn ~= nil and params.turn ~= turn then
        no('another order came after this one was decided')
    elseif lease.promoting() then
        no('a promotion is under way')
    end
    local mine = take_turn()
    local ok, failure = pcall(lease.promote, {
        epoch = params.epoch, deadline = params.deadline, master = box.info.uuid, password = params.password, guard = params.guard, grace = params.grace,
        acks = params.acks, first = function() journal.begin(params.epoch) end,
    })
    if mine == turn then
        demoted = nil
    end
    if not ok then
        error(failure, 0)
    end
end

-- `turn` and `start`: as it was told when `catchUp` had cut it off.
function handlers.takeOver(params)
    need_follower(params.epoch)
    if params.turn ~= turn or source ~= nil then
        no('another order came after it was cut off')
    end
    for id, lsn in pairs(box.info.vclock) do
        if id ~= 0 and tonumber(lsn) ~= (params.start[tostring(id)] or 0) then
            no('it has other rows than when it was cut off')
        end
    end
    handlers.demote{epoch = params.epoch}
    params.turn = turn
    handlers.promote(params)
end

function handlers.freeze(params)
    lease.freeze{epoch = params.epoch}
end

function handlers.unfreeze(params)
    lease.unfreeze{epoch = params.epoch}
end

function handlers.follow(params)
    need_follower(params.epoch)
    local mine = take_turn()
    demoted = nil
    lease.set{epoch = params.epoch, master = params.upstream.uuid}
    fetch_from(params.upstream, mine)
end

-- `timeout`: seconds.
function handlers.acknowledge(params)
    need_owner(params.epoch)
    lease.set_acks(params.acks)
    quorum.acknowledged(params.timeout)
    lease.keep_acks(params.acks)
end

function handlers.catchUp(params)
    need_follower(params.epoch)
    if params.from ~= nil then
        local mine = take_turn()
        demoted = nil
        -- What it fetches may be of this epoch: it never goes back to the master of one before.
        lease.set{epoch = params.epoch}
        fetch_from(params.from, mine)
    end
    if not leadership.await_vclock{vclock = params.vclock, timeout = params.timeout}.reached then
        no('it did not catch up in time')
    end
    if params.cut then
        need_follower(params.epoch)
        demoted = nil
        fetch_from(nil, take_turn())
    end
end

-- {kind, ...}: does it and answers the report after.
function orders.obey(params)
    local handler = handlers[params.kind]
    if handler == nil then
        error(('there is no order %s'):format(tostring(params.kind)), 0)
    elseif not database.configured() then
        error('there is no database yet', 0)
    end
    journal.arm(leave_source)
    handler(params)
    return orders.report()
end

return orders
