-- What a master of another storage may ask, by one function over iproto. An instance that is no master says so, and one of
-- another replicaset too: addresses may be stale.
local clock = require('clock')
local refusal = require('lease.refusal')
local copies = require('buckets.copies')
local receive = require('buckets.receive')
local space = require('buckets.space')
local standing = require('buckets.standing')
local door = {}

local BUCKETS_MAX = 1000

local function same(a, b)
    return a == b or (a ~= nil and b ~= nil and a[2] == b[2] and a[3] == b[3] and a[5] == b[5])
end

-- {buckets, seconds} -> {rows = {{id, state, generation, peer, attempt}}, unsure}: what is so on enough copies. What is
-- seen may not be on this disk yet, so it is seen twice, and counts if it is the same behind all that was being written.
local function look(request)
    standing.need()
    local before, rows, unsure = {}, setmetatable({}, {__serialize = 'seq'}), setmetatable({}, {__serialize = 'seq'})
    for i, id in ipairs(request.buckets) do
        before[i] = space.get(id)
    end
    local safe, why = copies.wait(clock.monotonic() + request.seconds)
    standing.need()
    for i, id in ipairs(request.buckets) do
        local row = space.get(id)
        if not safe or not same(before[i], row) then
            table.insert(unsure, id)
        else
            table.insert(rows, {id, row and row[2] or 'none', row and row[3] or 0, row and row[4] or box.NULL, row and row[5] or box.NULL})
        end
    end
    return {rows = rows, unsure = unsure, why = why}
end

local kinds = {look = look, receive = receive.open, rows = receive.rows, prepare = receive.prepare, begin = receive.begin, drop = receive.drop}

function door.ask(request)
    local kind = type(request) == 'table' and kinds[request.kind]
    if not kind then
        error(('there is no request %s'):format(tostring(type(request) == 'table' and request.kind)), 0)
    elseif request.to ~= box.info.cluster.uuid then
        refusal.raise('REFUSED', {asked = request.to, replicaset = box.info.cluster.uuid}, 'another replicaset answers at this address')
    elseif type(request.buckets) ~= 'table' or #request.buckets > BUCKETS_MAX then
        error(('at most %d buckets at a time'):format(BUCKETS_MAX), 0)
    end
    return kind(request)
end

return door
