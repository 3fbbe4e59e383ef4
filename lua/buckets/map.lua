-- The table of buckets as routers and the doctor read it: ranges of neighbours in the same state, whole or what changed
-- since a version.
local lease = require('lease')
local space = require('buckets.space')
local map = {}

local function same(range, row)
    return range ~= nil and range[2] + 1 == row[1] and range[3] == row[2] and range[4] == row[3] and range[5] == row[4]
end

local function add(ranges, id, state, generation, peer)
    local row, last = {id, state, generation, peer or box.NULL}, ranges[#ranges]
    if same(last, row) then
        last[2] = id
    else
        table.insert(ranges, {id, id, state, generation, row[4]})
    end
end

local function told(since)
    local sharding = space.need()
    local found = since ~= nil and space.since(since) or nil
    local ranges = setmetatable({}, {__serialize = 'seq'})
    -- What changes from here on is told as changed the next time.
    local version = space.version()
    if found == nil then
        space.each(function(row)
            add(ranges, tonumber(row[1]), row[2], tonumber(row[3]), row[4])
        end)
    else
        for _, id in ipairs(found) do
            local row = space.get(id)
            add(ranges, id, row and row[2] or 'none', row and tonumber(row[3]) or 0, row and row[4])
        end
    end
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
