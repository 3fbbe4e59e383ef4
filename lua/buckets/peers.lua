-- The masters of the other storages: where they are, as the agent tells or one that sends says itself, and how they are
-- asked. Whoever answers says whether it is a master and of which replicaset, so a stale address does no harm.
local clock = require('clock')
local net_box = require('net.box')
local refusal = require('lease.refusal')
local access = require('buckets.access')
local peers = {}

local CONNECT_SECONDS = 2
local PEERS_MAX = 1000
-- Replicaset -> {uri, user, password}.
local known = {}
-- Replicaset -> {uri, link}.
local links = {}

local function close(replicaset)
    local open = links[replicaset]
    links[replicaset] = nil
    if open ~= nil then
        pcall(open.link.close, open.link)
    end
end

-- {replicaset, uri, user?, password?}
function peers.know(peer)
    if type(peer.replicaset) ~= 'string' or type(peer.uri) ~= 'string' then
        error('a peer is {replicaset, uri}', 0)
    elseif peer.replicaset == box.info.cluster.uuid then
        return
    end
    local before = known[peer.replicaset]
    known[peer.replicaset] = {uri = peer.uri, user = peer.user, password = peer.password}
    if before ~= nil and before.uri ~= peer.uri then
        close(peer.replicaset)
    end
end

-- {peers}: all that there are. One that is not named is not forgotten: buckets may be on their way to it.
function peers.set(params)
    if type(params.peers) ~= 'table' or #params.peers > PEERS_MAX then
        error(('buckets_peers: peers is a list of at most %d {replicaset, uri}'):format(PEERS_MAX), 0)
    end
    for _, peer in ipairs(params.peers) do
        peers.know(peer)
    end
    return peers.told()
end

function peers.told()
    local result = setmetatable({}, {__serialize = 'map'})
    for replicaset, peer in pairs(known) do
        result[replicaset] = peer.uri
    end
    return result
end

local function link_to(replicaset, deadline)
    local peer = known[replicaset]
    if peer == nil then
        refusal.raise('NO_PEER', {replicaset = replicaset}, 'where its master is has not been told here')
    end
    local open = links[replicaset]
    if open ~= nil and (open.uri ~= peer.uri or open.link.state == 'error' or open.link.state == 'closed') then
        close(replicaset)
        open = nil
    end
    if open == nil then
        local link = net_box.connect(peer.uri, {user = peer.user or access.USER, password = peer.password or access.password(), wait_connected = false, connect_timeout = CONNECT_SECONDS})
        open = {uri = peer.uri, link = link}
        links[replicaset] = open
    end
    local link = open.link
    if link.state ~= 'active' and not link:wait_connected(math.max(deadline - clock.monotonic(), 0)) then
        close(replicaset)
        refusal.raise('NO_PEER', {replicaset = replicaset, uri = peer.uri}, ('it cannot be reached: %s'):format(tostring(link.error or 'no answer')))
    end
    return link
end

local function addressed(replicaset, request)
    request.from, request.to = box.info.cluster.uuid, replicaset
    return {request}
end

-- The answer, or an error. `deadline`: clock.monotonic.
function peers.ask(replicaset, request, deadline)
    local link = link_to(replicaset, deadline)
    return link:call(access.FUNCTION, addressed(replicaset, request), {timeout = math.max(deadline - clock.monotonic(), 0.001)})
end

-- At once; `wait(deadline)` of what it answers gives the answer, or raises.
function peers.start(replicaset, request, deadline)
    local future = link_to(replicaset, deadline):call(access.FUNCTION, addressed(replicaset, request), {is_async = true})
    return function(until_then)
        local answer, failure = future:wait_result(math.max(until_then - clock.monotonic(), 0.001))
        if answer == nil then
            error(failure, 0)
        end
        return answer[1]
    end
end

return peers
