-- What this storage tells about its buckets, once a second and cheaply: nothing is scanned.
local collect = require('buckets.collect')
local lease = require('lease')
local pace = require('buckets.pace')
local peers = require('buckets.peers')
local recovery = require('buckets.recovery')
local refs = require('buckets.refs')
local shards = require('buckets.shards')
local space = require('buckets.space')
local standing = require('buckets.standing')
local transfer = require('buckets.transfer')
local plain = require('plain')
local stat = {}

function stat.take()
    local sharding = space.sharding()
    if sharding == nil then
        return {sharded = false}
    end
    local blockers = setmetatable({}, {__serialize = 'seq'})
    for _, sentence in pairs(recovery.blockers) do
        table.insert(blockers, sentence)
    end
    if collect.blocker ~= nil then
        table.insert(blockers, collect.blocker)
    end
    local ok, why = pcall(shards.need)
    if not ok then
        table.insert(blockers, tostring(why))
    end
    return {
        sharded = true, group = sharding.group, count = sharding.count, replicaset = box.info.cluster.uuid, epoch = lease.epoch(), leads = standing.leads(),
        states = plain.map(space.counts()), owned = space.owned(), version = space.version(), moves = transfer.told(), blockers = blockers,
        references = refs.totals(), deletedRows = collect.deleted, lateMs = pace.told_late() * 1000, restedSeconds = plain.map(pace.rested), spaces = #shards.list(), peers = peers.told(),
    }
end

return stat
