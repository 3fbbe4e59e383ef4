-- What sharding adds to an instance: the fibers that see to buckets, the function by which other storages ask, and what an
-- agent may order over the control socket.
local access = require('buckets.access')
local bootstrap = require('buckets.bootstrap')
local collect = require('buckets.collect')
local door = require('buckets.door')
local map = require('buckets.map')
local peers = require('buckets.peers')
local recovery = require('buckets.recovery')
local repair = require('buckets.repair')
local stat = require('buckets.stat')
local transfer = require('buckets.transfer')
local open = {methods = {
    buckets_bootstrap = function(params)
        local result = bootstrap.run(params)
        access.ensure()
        return result
    end,
    buckets_move = transfer.move,
    buckets_cancel = transfer.cancel,
    buckets_stat = stat.take,
    buckets_map = function(params) return map.told(params.since) end,
    buckets_pin = repair.pin,
    buckets_take = repair.take,
    buckets_drop = repair.drop,
    buckets_peers = peers.set,
}}

-- Before the database is there; they wait for it.
function open.start()
    rawset(_G, 'coterie_buckets', {ask = door.ask})
    recovery.start()
    collect.start()
end

return open
