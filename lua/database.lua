-- box.cfg by the agent's orders. Every instance starts read-only; `leadership` alone makes it writable.
local digest = require('digest')
local fiber = require('fiber')
local clock = require('clock')
local plain = require('plain')
-- `given`: what was last set through `database.cfg`, by name, so that a person can be told whose a setting is.
-- `before_listen`: called once the data is there, before a client can come.
local database = {given = {}, before_listen = function() end}

-- Addresses (host:port) that this instance replicates from, as last set: box.cfg.replication holds the password too.
local peers = {}
local password
-- How the first box.cfg that works right now begins; nil = none does.
local starting

local SETTINGS = {
    feedback_enabled = false,
    read_only = true,
    replication_timeout = 0.3,
    replication_connect_quorum = 0,
    replication_connect_timeout = 3,
    replication_skip_conflict = false,
    wal_mode = 'write',
}

function database.configured()
    return type(box.cfg) ~= 'function' and starting == nil
end

function database.need()
    if not database.configured() then
        error('the database is not configured yet', 0)
    end
end

function database.starting()
    return starting
end

function database.peers()
    return setmetatable(table.copy(peers), {__serialize = 'seq'})
end

-- The one way to box.cfg.
function database.cfg(settings)
    box.cfg(settings)
    for name, value in pairs(settings) do
        database.given[name] = value
    end
end

-- box.cfg takes one change at a time: one that waits for a dead replication source would hold up a fence for seconds.
-- This sets the flag alone, at once and without yielding.
local present, internal = pcall(require, 'box.internal')
local set_read_only = present and internal.cfg_set_read_only or nil

function database.set_read_only(value)
    if set_read_only == nil then
        return database.cfg{read_only = value}
    end
    rawset(box.cfg, 'read_only', value)
    set_read_only()
    database.given.read_only = value
end

-- What all members of a cluster know and nobody else: another word for each purpose.
function database.secret(purpose)
    return digest.sha256_hex(('%s:%s'):format(purpose, password))
end

local function sources(addresses)
    local result = {}
    for i, address in ipairs(addresses) do
        result[i] = ('coterie_replication:%s@%s'):format(password, address)
    end
    return result
end

-- In 2.6.0 role `public`, and so whoever reaches the port without a password, may call this function of Tarantool's own:
-- any code, as admin. Only a writable instance can take that away.
function database.close_to_guests()
    if box.space._func.index.name:get('LUA') ~= nil then
        box.schema.role.revoke('public', 'execute', 'function', 'LUA', {if_exists = true})
    end
end

-- First box.cfg. `how`: 'bootstrap' makes a new replicaset, 'recover' reads the files that are there, 'join' copies all
-- from the first of `peers`. A failed first box.cfg ends the process: Tarantool knows no way back from it.
function database.start(params)
    if type(box.cfg) ~= 'function' then
        error('the database is configured already', 0)
    end
    starting = params.how
    password = params.password
    local cfg = table.copy(SETTINGS)
    cfg.memtx_memory = params.memory
    cfg.instance_uuid = params.instance
    cfg.replicaset_uuid = params.replicaset
    if params.how == 'bootstrap' then
        -- Tarantool bootstraps only what is writable. Nobody can write: it does not listen yet.
        cfg.read_only = false
    elseif params.how == 'join' then
        cfg.replication = sources(params.peers)
        -- Without a source it must fail, not bootstrap a replicaset of its own.
        cfg.replication_connect_quorum = #params.peers
    else
        cfg.replication = sources(params.peers)
    end
    database.cfg(cfg)
    if params.how == 'bootstrap' then
        database.close_to_guests()
    end
    if params.how ~= 'recover' then
        database.cfg{read_only = true, replication_connect_quorum = 0}
    end
    database.before_listen()
    database.cfg{listen = params.listen}
    peers = params.how == 'bootstrap' and {} or params.peers
    starting = nil
    return {vclock = plain.vclock(box.info.vclock), members = box.space._cluster:len()}
end

local function same(a, b)
    if #a ~= #b then
        return false
    end
    for i, value in ipairs(a) do
        if b[i] ~= value then
            return false
        end
    end
    return true
end

-- Only what differs is set: box.cfg reconnects every replication source even when the list is the same. Without `peers`
-- those stay: orders of failover name them.
function database.configure(params)
    if type(box.cfg) == 'function' then
        error('the database is not configured yet', 0)
    end
    password = params.password
    local changed = setmetatable({}, {__serialize = 'seq'})
    if tostring(box.cfg.listen) ~= params.listen then
        database.cfg{listen = params.listen}
        table.insert(changed, 'listen')
    end
    if params.peers ~= nil and database.replicate_from(params.peers) then
        table.insert(changed, 'replication')
    end
    return {changed = changed}
end

-- True if that is a change. `given`: the password, if it is not the one that was told last.
function database.replicate_from(addresses, given)
    password = given or password
    if same(peers, addresses) then
        return false
    end
    -- With any other quorum a dead peer blocks this call and makes a master an orphan, that is read-only.
    database.cfg{replication_connect_quorum = 0, replication = sources(addresses)}
    peers = addresses
    return true
end

-- To the peers that the agent has named, whatever somebody has put into box.cfg meanwhile.
function database.restart_replication()
    database.cfg{replication = {}}
    database.cfg{replication_connect_quorum = 0, replication = sources(peers)}
    return {}
end

-- Has this peer not all that this instance wrote? `heir`: one that is not connected is waited for too.
local function lacks(peer, heir)
    local link = peer.downstream
    if link == nil or link.status ~= 'follow' or link.vclock == nil then
        return heir
    end
    return (link.vclock[box.info.id] or 0) < box.info.lsn
end

-- Waits until every peer that is connected, and every heir, has all that this instance wrote; false when time ran out.
function database.drain(params)
    local deadline = clock.monotonic() + params.timeout
    local heirs = {}
    for _, uuid in ipairs(params.heirs or {}) do
        heirs[uuid] = true
    end
    repeat
        local behind = false
        for _, peer in pairs(box.info.replication) do
            behind = behind or (peer.uuid ~= box.info.uuid and lacks(peer, heirs[peer.uuid] == true))
        end
        if not behind then
            return {drained = true}
        end
        fiber.sleep(0.002)
    until clock.monotonic() > deadline
    return {drained = false}
end

-- Expelled members lose their place among the 31 that a replicaset has. Only a writable instance can do that.
function database.forget(params)
    local gone = setmetatable({}, {__serialize = 'seq'})
    for _, uuid in ipairs(params.uuids) do
        local row = box.space._cluster.index.uuid:get(uuid)
        if row ~= nil and uuid ~= box.info.uuid then
            box.space._cluster:delete(row[1])
            table.insert(gone, uuid)
        end
    end
    return {forgotten = gone}
end

return database
