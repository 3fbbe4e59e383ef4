-- Who may write. `writable` and `fence` meet here, in one thread: whatever the agents' calls race, the higher
-- configuration version wins, and under one version the later promise: `serial` counts those that this agent gave.
local fiber = require('fiber')
local clock = require('clock')
local log = require('log')
local plain = require('plain')
local database = require('database')
local router_rights = require('router-rights')
-- `freezes`: how often it was told to be read-only, so that a lease that is renewed meanwhile does not undo it.
local leadership = {freezes = 0}

local USER = 'coterie_replication'
local BARRIER = '_coterie_barrier'
local fenced = {version = 0, serial = 0}

-- A row of no meaning. A read-only instance may write it, too: the space is local.
function leadership.touch()
    if box.space[BARRIER] ~= nil then
        box.space[BARRIER]:replace({1, clock.realtime64()})
    end
end

-- The thread that writes the log takes what it is told in its order, and this setting is told to it. It reaches it only
-- when it is another one; either is far from what any log comes to.
local function tell_log_writer()
    local threshold = box.cfg.checkpoint_wal_threshold
    box.cfg{checkpoint_wal_threshold = threshold < 1e18 and threshold * 2 or threshold / 2}
    box.cfg{checkpoint_wal_threshold = threshold}
end

-- box.cfg{read_only = true} stops new writes only: rows in the WAL queue are still committed and acknowledged. A row comes
-- behind all of them, and behind what waits for a synchronous transaction of this instance. None can be written on a full
-- disk, and while a dead master's synchronous transaction is unconfirmed: then nothing of our own waits any more.
function leadership.barrier()
    local ok, failure = pcall(leadership.touch)
    if not ok then
        log.warn('no row behind the others (%s): the writer of the log is asked', tostring(failure))
        tell_log_writer()
    end
end

local function freeze()
    if not database.configured() then
        error('there is no database yet', 0)
    end
    leadership.freezes = leadership.freezes + 1
    if not box.cfg.read_only then
        database.cfg{read_only = true}
        leadership.barrier()
    end
    return {readOnly = true, vclock = plain.vclock(box.info.vclock)}
end

function leadership.read_only()
    return freeze()
end

function leadership.fence(params)
    if params.version >= fenced.version then
        fenced = {version = params.version, by = params.by, serial = params.serial}
    end
    if not database.configured() then
        return {vclock = box.NULL, starting = database.starting() or box.NULL}
    end
    return freeze()
end

local function refuse(params)
    if fenced.version > params.version or fenced.serial > params.serial then
        error(('fenced under version %d by %s'):format(fenced.version, tostring(fenced.by)), 0)
    end
end

-- A replicaset is begun on answers of its members that a promise given since makes void.
function leadership.start(params)
    if params.how == 'bootstrap' then
        refuse(params)
    end
    return database.start(params)
end

-- What every writable instance needs: the user of its replicas with the password of this cluster, no way in for others,
-- and the barrier.
function leadership.ensure_schema(password)
    if not box.schema.user.exists(USER) then
        box.schema.user.create(USER, {password = password})
        box.schema.user.grant(USER, 'replication')
    elseif box.space._user.index.name:get(USER).auth['chap-sha1'] ~= box.schema.user.password(password) then
        box.schema.user.passwd(USER, password)
    end
    database.close_to_guests()
    router_rights.ensure(password)
    if box.space[BARRIER] == nil then
        local space = box.schema.space.create(BARRIER, {is_local = true, if_not_exists = true})
        space:create_index('primary', {parts = {{1, 'unsigned'}}, if_not_exists = true})
    end
end

function leadership.writable(params)
    refuse(params)
    database.cfg{read_only = false}
    local ok, failure = pcall(leadership.ensure_schema, params.password)
    -- box.cfg and the writes yield: a fence may have come meanwhile.
    local allowed, why = pcall(refuse, params)
    if not ok or not allowed then
        freeze()
        error(not allowed and why or failure, 0)
    end
    return {readOnly = box.info.ro, vclock = plain.vclock(box.info.vclock)}
end

-- Component 0 counts rows that are never replicated.
local function behind(wanted)
    for id, lsn in pairs(wanted) do
        if tonumber(id) ~= 0 and (box.info.vclock[tonumber(id)] or 0) < lsn then
            return true
        end
    end
    return false
end

function leadership.await_vclock(params)
    local deadline = clock.monotonic() + params.timeout
    while behind(params.vclock) do
        if clock.monotonic() > deadline then
            return {reached = false, vclock = plain.vclock(box.info.vclock)}
        end
        fiber.sleep(0.0005)
    end
    return {reached = true, vclock = plain.vclock(box.info.vclock)}
end

return leadership
