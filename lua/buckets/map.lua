-- The table of buckets as routers and the doctor read it: ranges of neighbours in the same state, whole or what changed
-- since a version.
local lease = require('lease')
local space = require('buckets.space')
local map = {}

local function add(ranges, id, state, generation, peer)
    local last = ranges[#ranges]
    if last ~= nil and last[2] + 1 == id and last[3] == state and last[4] == generation and last[5] == peer then
        last[2] = id
    else
        table.insert(ranges, {id, id, state, generation, peer})
    end
end

local function told(since)
    local sharding = space.need()
    local found = since ~= nil and space.since(since) or nil
    local ranges = setmetatable({}, {__serialize = 'seq'})
    -- What changes from here on is told as changed the next time.
    local version = space.version()
    space.each(function(id, state, generation, peer)
        add(ranges, id, state or 'none', generation or 0, peer or box.NULL)
    end, found)
    return {
        version = version, whole = found == nil, group = sharding.group, count = sharding.count, ranges = ranges,
        replicaset = box.info.cluster.uuid, epoch = lease.epoch(), readOnly = box.info.ro,
    }
end

-- `since`: the version that was told before. {version, whole, group, count, ranges, replicaset, epoch, readOnly}; a range is
-- {first, last, state, generation, peer}, its state `none` where the row has gone. `whole` false: only what changed since.
function map.told(since)
    return box.session.su('admin', told, since)
end

return map
