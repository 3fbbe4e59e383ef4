-- The destination's side of a hand-over. What names another attempt is refused; a bucket that has a row here is not
-- received over it, so no late message can touch what is owned, kept for others, or being received.
local clock = require('clock')
local log = require('log')
local raw_tuple = require('raw-tuple')
local transaction = require('transaction')
local lease = require('lease')
local refusal = require('lease.refusal')
local copies = require('buckets.copies')
local pace = require('buckets.pace')
local peers = require('buckets.peers')
local remove = require('buckets.remove')
local rows = require('buckets.rows')
local shards = require('buckets.shards')
local space = require('buckets.space')
local standing = require('buckets.standing')
local steps = require('buckets.steps')
local receive = {}

local SESSIONS_MAX = 64
-- One that was quiet for so long is over.
local IDLE_SECONDS = 30
-- Attempt -> {epoch, rows, bytes, pieces, at}: what came so far. In memory: after a restart or another promotion nobody can
-- say what came, and the attempt ends.
local sessions = {}

local function refuse(facts, sentence)
    refusal.raise('REFUSED', facts, sentence)
end

local function tidy(now)
    local count = 0
    for attempt, session in pairs(sessions) do
        if now - session.at > IDLE_SECONDS then
            sessions[attempt] = nil
        else
            count = count + 1
        end
    end
    return count
end

-- Is something of this attempt on its way just now? So long nobody has to be asked what became of it.
function receive.busy(attempt, seconds)
    local session = sessions[attempt]
    return session ~= nil and clock.monotonic() - session.at < seconds
end

local function session_of(attempt)
    local session = sessions[attempt]
    if session == nil or session.epoch ~= lease.epoch() then
        refuse({attempt = attempt}, 'this attempt is not known here: another master began, or it took too long')
    end
    session.at = clock.monotonic()
    return session
end

local function check_shards(names)
    shards.need()
    for _, name in ipairs(names) do
        if shards.named(name) == nil then
            refuse({space = name}, ('there is no space %s here with a field and an index bucket_id'):format(name))
        end
    end
end

local function need_receiving(ids, attempt)
    for _, id in ipairs(ids) do
        local row = space.get(id)
        if not steps.is(row, 'receiving', attempt) or row[6] then
            refuse({bucket = id}, ('bucket %d is not being received in this attempt'):format(id))
        end
    end
end

-- Why this bucket is not taken; nil = it is.
local function objection(row, attempt, generation)
    if row == nil or (row[2] == 'gone' and row[3] < generation) or (steps.is(row, 'receiving', attempt) and not row[6]) then
        return nil
    elseif row[2] == 'garbage' then
        return 'its rows of before are still being deleted'
    elseif row[2] == 'receiving' then
        return 'another attempt to receive it is not over'
    end
    return ('it is %s here, in generation %d'):format(row[2], tonumber(row[3]))
end

-- {attempt, buckets = {{id, generation}}, group, count, shards, uri} -> {refused = {{id, why}}}; one that is refused ends all.
function receive.open(request)
    local epoch = standing.need()
    local sharding = space.need()
    if sharding.group ~= request.group or sharding.count ~= request.count then
        refuse(sharding, ('this storage is of group %s with %d buckets'):format(sharding.group, sharding.count))
    end
    check_shards(request.shards)
    local now = clock.monotonic()
    if tidy(now) >= SESSIONS_MAX then
        refuse({attempts = SESSIONS_MAX}, 'too many buckets are being received already')
    end
    local ids, generations, refused = {}, {}, setmetatable({}, {__serialize = 'seq'})
    for i, bucket in ipairs(request.buckets) do
        ids[i], generations[bucket[1]] = bucket[1], bucket[2]
        local why = objection(space.get(bucket[1]), request.attempt, bucket[2])
        if why ~= nil then
            table.insert(refused, {bucket[1], why})
        end
    end
    if #refused > 0 then
        return {refused = refused}
    end
    if request.uri ~= nil then
        peers.know{replicaset = request.from, uri = request.uri}
    end
    local session = {epoch = epoch, rows = 0, bytes = 0, pieces = {}, at = now}
    sessions[request.attempt] = session
    steps.change(epoch, ids, function(_, id)
        return {id, 'receiving', generations[id], request.from, request.attempt, false}
    end)
    local left = remove.rows(ids, function(id)
        standing.need(epoch)
        -- A request that took so long that its source went on to the next attempt must not delete what that one brings.
        need_receiving({id}, request.attempt)
        if sessions[request.attempt] ~= session or next(session.pieces) ~= nil then
            refuse({attempt = request.attempt}, 'this attempt is over, or its rows are coming already')
        end
    end)
    if left > 0 then
        log.warn('buckets: %d rows of buckets that were not here were deleted before they are received', left)
    end
    return {refused = refused}
end

local function place(request)
    local targets = {}
    need_receiving(request.buckets, request.attempt)
    transaction(function()
        rows.each(request.parts, request.blob, function(name, tuple)
            local target = targets[name]
            if target == nil then
                target = box.space[shards.named(name).id]
                targets[name] = target
            end
            raw_tuple.free(target:replace(tuple))
        end)
        -- One of vinyl yields: what was dropped meanwhile would be written behind its deletion.
        need_receiving(request.buckets, request.attempt)
    end)
end

-- {attempt, number, buckets, parts, blob, rows}: a piece of the rows. The same piece again is nothing new.
function receive.rows(request)
    local session = session_of(request.attempt)
    standing.need(session.epoch)
    for _, part in ipairs(request.parts) do
        check_shards({part[1]})
    end
    if not session.pieces[request.number] then
        place(request)
        session.pieces[request.number] = true
        session.rows = session.rows + request.rows
        session.bytes = session.bytes + #request.blob
    end
    return {rows = session.rows}
end

local function all_ready(ids, attempt)
    for _, id in ipairs(ids) do
        local row = space.get(id)
        if not steps.is(row, 'receiving', attempt) or not row[6] then
            return false
        end
    end
    return true
end

local function safe(request)
    local ok, why = copies.wait(clock.monotonic() + request.seconds)
    if not ok then
        refuse({replicaset = box.info.cluster.uuid}, why)
    end
    return standing.need()
end

-- {attempt, buckets, rows, seconds} -> {late}: whole, and on enough copies. `late`: by so many seconds this instance wakes late.
function receive.prepare(request)
    local session = session_of(request.attempt)
    if session.rows ~= request.rows then
        refuse({came = session.rows, sent = request.rows}, 'not all rows came')
    end
    local there = rows.count(shards.need(), shards.version(), request.buckets, session.rows)
    if there < session.rows then
        refuse({came = session.rows, there = there}, 'not all rows that came are here')
    end
    steps.change(session.epoch, request.buckets, function(row)
        return steps.is(row, 'receiving', request.attempt) and not row[6] and {row[1], 'receiving', row[3], row[4], row[5], true} or nil
    end)
    safe(request)
    if not all_ready(request.buckets, request.attempt) then
        refuse({attempt = request.attempt}, 'some of its buckets are not being received in this attempt')
    end
    sessions[request.attempt] = nil
    return {prepared = true, late = pace.late()}
end

-- {attempt, buckets = {{id, generation}}, seconds} -> {owned = ids}: those that are this storage's in that generation, or
-- were and went on from here.
function receive.begin(request)
    local epoch = standing.need()
    local ids, generations = {}, {}
    for i, bucket in ipairs(request.buckets) do
        ids[i], generations[bucket[1]] = bucket[1], bucket[2]
    end
    steps.change(epoch, ids, function(row)
        return steps.is(row, 'receiving', request.attempt) and row[6] and steps.owned(row) or nil
    end)
    safe(request)
    local owned = setmetatable({}, {__serialize = 'seq'})
    for _, id in ipairs(ids) do
        local row = space.get(id)
        if row ~= nil and row[2] ~= 'receiving' and row[3] >= generations[id] then
            table.insert(owned, id)
        end
    end
    return {owned = owned}
end

-- {attempt, buckets}: the source has them again.
function receive.drop(request)
    sessions[request.attempt] = nil
    local dropped = steps.change(standing.need(), request.buckets, function(row)
        return steps.is(row, 'receiving', request.attempt) and steps.dropped(row) or nil
    end)
    return {dropped = #dropped}
end

return receive
