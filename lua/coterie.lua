-- What users' functions and routers call, as the global `coterie` and by require('coterie').
--   coterie.fenced_call(epoch, name, args)     over iproto: CALL coterie.fenced_call
--   coterie.quorum_call(name, args, options)   over iproto: CALL coterie.quorum_call
--   coterie.bucket_call(epoch, bucket, mode, name, args, user), coterie.buckets_map(since)   docs/sharding.md
--   coterie.storage_call(epoch, mode, name, args, user), crud, crud_schema   what routers call besides
--   coterie.quorum_wait{copies, timeout}       inside a function, after its commit
--   coterie.strcrc32(key), coterie.mpcrc32(key)   which bucket a key is in
-- Rights: execute on the function of that name, and on the one that is named, as if that were called.
local caller = require('caller')
local lease = require('lease')
local fenced = require('lease.fenced')
local quorum = require('lease.quorum')
local buckets = require('buckets.call')
local map = require('buckets.map')
local hash = require('buckets.hash')
local crud = require('crud')
local hold = require('crud.hold')
local call, number = caller.call, caller.number
local coterie = {}

local function need(who, epoch, name, args)
    if type(epoch) ~= 'number' or type(name) ~= 'string' or (args ~= nil and type(args) ~= 'table') then
        error(who, 0)
    end
    fenced.need(epoch)
end

-- WRONG_EPOCH, LEASE_EXPIRED, GATED: nothing was done. OUTCOME_UNKNOWN: it may have been done, and may not last. Any other error is the function's.
function coterie.fenced_call(epoch, name, args)
    epoch = number(epoch)
    need('fenced_call: epoch, name, {arguments}', epoch, name, args)
    local lsn = fenced.begin()
    return fenced.answer(epoch, lsn, pcall(call, name, args ~= nil and args or {}))
end

local function confirmed(options, ...)
    quorum.wait(options)
    return ...
end

local function call_and_confirm(options, name, args)
    return confirmed(options, call(name, args))
end

-- As fenced_call, and answers only when enough copies have all that is committed here by then: the policy of failover, or
-- `copies`. Without `epoch` it is that of now. Functions need not know of it; they commit before they return.
function coterie.quorum_call(name, args, options)
    if options == nil then
        options = {}
    elseif type(options) ~= 'table' then
        error('quorum_call: name, {arguments}, {copies, timeout, epoch}', 0)
    end
    local epoch = options.epoch == nil and lease.epoch() or number(options.epoch)
    local wait = {copies = number(options.copies), timeout = number(options.timeout)}
    need('quorum_call: name, {arguments}, {copies, timeout, epoch}', epoch, name, args)
    quorum.copies(wait)
    local lsn = fenced.begin()
    return fenced.answer(epoch, lsn, pcall(call_and_confirm, wait, name, args ~= nil and args or {}))
end

coterie.quorum_wait = quorum.wait
coterie.bucket_call = buckets.bucket_call
coterie.buckets_map = map.told
coterie.strcrc32 = hash.bucket_strcrc32
coterie.mpcrc32 = hash.bucket_mpcrc32

-- Of a router, for a shard as a whole: `mode` 'write' as fenced_call, 'read' on any instance. `user`: whose rights decide.
function coterie.storage_call(epoch, mode, name, args, user)
    args = args ~= nil and args or {}
    if mode == 'read' then
        return caller.as(user, name, args)
    end
    epoch = number(epoch)
    need('storage_call: epoch, mode, name, {arguments}, user', epoch, name, args)
    local lsn = fenced.begin()
    return fenced.answer(epoch, lsn, pcall(caller.as, user, name, args))
end

coterie.crud = crud.run
-- As router-rights grants it.
caller.open['coterie.crud'] = crud.run
coterie.map_hold = hold.take
coterie.map_release = hold.release
coterie.crud_schema = crud.schema

return coterie
