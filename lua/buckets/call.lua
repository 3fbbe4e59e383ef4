-- A request to a bucket: the function runs only where the bucket is, and holds it meanwhile. On every request, so there
-- is one look at what is known of the bucket before a write, and two at a read.
local caller = require('caller')
local lease = require('lease')
local fenced = require('lease.fenced')
local refusal = require('lease.refusal')
local refs = require('buckets.refs')
local space = require('buckets.space')
local call = {}

local WRITES = {active = true, pinned = true}
local OWNS = space.OWNS
-- Until it is garbage, all rows of a bucket are here.
local WHOLE = {active = true, pinned = true, sending = true, sent = true}

-- {at, generation}: who has it, as far as is known here.
local function whereabouts(row)
    if row == nil then
        return box.NULL, 0
    elseif OWNS[row[2]] then
        return box.info.cluster.uuid, tonumber(row[3])
    end
    -- What was passed on is there in the generation after.
    return row[4] == nil and box.NULL or row[4], tonumber(row[3]) + 1
end

local function no_bucket(bucket)
    local count = space.need().count
    if type(bucket) ~= 'number' or bucket % 1 ~= 0 or bucket < 1 or bucket > count then
        error(('bucket_call: a bucket is a whole number from 1 to %d, not %s'):format(count, tostring(bucket)), 0)
    end
end

local function refuse(bucket)
    no_bucket(bucket)
    local row = space.get(bucket)
    if row ~= nil and row[2] == 'sending' then
        refusal.raise('BUCKET_MOVING', {bucket = bucket, to = row[4]}, 'it is being sent; its writes go on there in a moment')
    elseif row ~= nil and row[2] == 'receiving' then
        refusal.raise('BUCKET_MOVING', {bucket = bucket, to = box.info.cluster.uuid}, 'it is on its way here')
    end
    local at, generation = whereabouts(row)
    refusal.raise('WRONG_BUCKET', {bucket = bucket, at = at, generation = generation}, 'it is not here')
end

local function released(bucket, ...)
    refs.release('write', bucket)
    return ...
end

-- Rows are deleted only of garbage, and that is told before: who finds the bucket as it was has seen all of it. So
-- nobody has to ask the replicas what they read, and a read that was too slow is tried elsewhere.
local function has_read(bucket, generation, ok, ...)
    refs.release('read', bucket)
    local state, now = space.look(bucket)
    if now ~= generation or not WHOLE[state] then
        refuse(bucket)
    elseif not ok then
        refusal.pass_on((...), lease.facts())
    end
    return ...
end

local function write(epoch, bucket, name, args, user)
    fenced.need(epoch)
    if not WRITES[space.look(bucket)] then
        refuse(bucket)
    end
    refs.hold('write', bucket)
    local lsn = fenced.begin()
    return fenced.answer(epoch, lsn, released(bucket, pcall(caller.as, user, name, args)))
end

-- With an epoch only the master of it answers, so it has read what was written last; without one any copy may.
local function read(epoch, bucket, name, args, user)
    if epoch ~= nil then
        fenced.need(epoch, 'GATED')
    end
    local state, generation = space.look(bucket)
    if not OWNS[state] then
        refuse(bucket)
    end
    refs.hold('read', bucket)
    return has_read(bucket, generation, pcall(caller.as, user, name, args))
end

-- WRONG_BUCKET, BUCKET_MOVING, NOT_SHARDED, WRONG_EPOCH, LEASE_EXPIRED, GATED: nothing was done. OUTCOME_UNKNOWN: it may
-- have been done, and may not last. Any other error is the function's own.
function call.bucket_call(epoch, bucket, mode, name, args, user)
    epoch, bucket = caller.number(epoch), caller.number(bucket)
    if args == nil then
        args = {}
    end
    if type(bucket) ~= 'number' or type(name) ~= 'string' or type(args) ~= 'table' then
        error('bucket_call: epoch, bucket, read or write, name, {arguments}, user', 0)
    elseif mode == 'write' then
        return write(epoch, bucket, name, args, user)
    elseif mode == 'read' then
        return read(epoch, bucket, name, args, user)
    end
    error(("bucket_call: the mode is 'read' or 'write', not %s"):format(tostring(mode)), 0)
end

return call
