-- One look at the database for the status that the agent pushes: everything in one call, once a second.
local plain = require('plain')
local database = require('database')
local lease = require('lease')
local roles = require('roles.open')
local stat = require('buckets.stat')
local tarantool = require('tarantool')
local sample = {}

-- Tarantool says "a hundred years" where it has never heard a row, and counts from 1970 for a row that carries no time.
local NEVER = 10 * 365 * 86400

local function seconds(value)
    local number = plain.number(value)
    return number ~= nil and number < NEVER and number or box.NULL
end

local function upstream(link)
    if link == nil then
        return box.NULL
    end
    return {
        status = link.status,
        peer = link.peer and link.peer:gsub('^[^@]*@', '') or box.NULL,
        lagSeconds = seconds(link.lag),
        idleSeconds = seconds(link.idle),
        message = link.message or box.NULL,
    }
end

local function downstream(link)
    if link == nil then
        return box.NULL
    end
    return {status = link.status or 'stopped', vclock = plain.vclock(link.vclock or {}), message = link.message or box.NULL}
end

local function links(info)
    local result = setmetatable({}, {__serialize = 'seq'})
    for _, peer in pairs(info.replication) do
        if peer.uuid ~= info.uuid then
            table.insert(result, {id = peer.id or 0, uuid = peer.uuid, upstream = upstream(peer.upstream), downstream = downstream(peer.downstream)})
        end
    end
    return result
end

local function slab()
    local info = box.slab.info()
    local ratio = function(used, size)
        return size > 0 and used / size or 0
    end
    return {
        quotaBytes = info.quota_size,
        quotaUsedBytes = info.quota_used,
        arenaBytes = info.arena_size,
        arenaUsedBytes = info.arena_used,
        itemsBytes = info.items_size,
        itemsUsedBytes = info.items_used,
        quotaUsedRatio = ratio(info.quota_used, info.quota_size),
        arenaUsedRatio = ratio(info.arena_used, info.arena_size),
        itemsUsedRatio = ratio(info.items_used, info.items_size),
    }
end

local function requests()
    local result = plain.map({})
    for name, counter in pairs(box.stat()) do
        result[name] = {total = tonumber(counter.total) or 0, rps = tonumber(counter.rps) or 0}
    end
    return result
end

local function memory()
    local result = plain.map({})
    for name, bytes in pairs(box.info.memory()) do
        result[name] = tonumber(bytes)
    end
    return result
end

-- Nothing where this version does not say what is open now: a page shows a gap then, no zero.
local function network()
    local net = box.stat.net()
    if net.CONNECTIONS == nil or net.CONNECTIONS.current == nil or net.REQUESTS == nil then
        return nil
    end
    return {
        connections = tonumber(net.CONNECTIONS.current),
        requestsInProgress = tonumber(net.REQUESTS.current) or 0,
        requests = tonumber(net.REQUESTS.total) or 0,
        sentBytes = tonumber(net.SENT.total) or 0,
        receivedBytes = tonumber(net.RECEIVED.total) or 0,
    }
end

-- Nothing where it cannot be told: the rest of the status goes on.
local function buckets()
    local ok, told = pcall(stat.take)
    return ok and told or nil
end

function sample.take()
    if not database.configured() then
        return {configured = false, status = database.starting() ~= nil and 'loading' or 'unknown', version = tarantool.version}
    end
    local info = box.info()
    return {
        configured = true,
        version = info.version,
        status = info.status,
        readOnly = info.ro,
        instanceUuid = info.uuid,
        replicasetUuid = info.cluster.uuid,
        id = tonumber(info.id) or 0,
        lsn = math.max(tonumber(info.lsn) or 0, 0),
        vclock = plain.vclock(info.vclock),
        listen = box.cfg.listen or box.NULL,
        peers = database.peers(),
        replication = links(info),
        slab = slab(),
        stat = requests(),
        memory = memory(),
        net = network(),
        lease = lease.told(),
        roles = roles.told(),
        buckets = buckets(),
    }
end

return sample
