-- Waits until enough copies have what was committed here: what synchronous spaces are for, and cannot do on Tarantool
-- 2.6.0 with less than all copies. One fiber looks at how far the followers are, and wakes whoever waits for that.
local fiber = require('fiber')
local clock = require('clock')
local refusal = require('lease.refusal')
local lease = require('lease')
local quorum = {}

local TIMEOUT_SECONDS = 1
local WAITING_MAX = 20000
-- Followers answer within a fraction of a millisecond: so long it looks at each turn of the loop, and then each millisecond.
local EAGER_SECONDS = 0.002
local LAZY_SECONDS = 0.001
-- For those that wait for the voters whom failover names, whoever that is by then.
local ACKS = 'acks'
-- By number of copies, or ACKS, in the order of their rows: {lsn, cond, done}; `from` is the first that waits.
local queues = {}
local waiting = 0
local watching = false

-- How far each registered follower is in the rows of this instance, the furthest first. Anonymous ones are not listed.
local function positions()
    local info = box.info
    local own, result = info.id, {}
    for id, peer in pairs(info.replication) do
        local link = peer.downstream
        if id ~= own and peer.id ~= 0 and link ~= nil and link.vclock ~= nil then
            table.insert(result, tonumber(link.vclock[own]) or 0)
        end
    end
    table.sort(result, function(a, b) return a > b end)
    return result
end

-- Up to which row of this instance all policies hold.
local function acknowledged()
    local info = box.info
    local at, least = {[info.uuid] = tonumber(info.lsn)}, math.huge
    for id, peer in pairs(info.replication) do
        local link = peer.downstream
        if id ~= info.id and link ~= nil and link.vclock ~= nil then
            at[peer.uuid] = tonumber(link.vclock[info.id]) or 0
        end
    end
    for _, policy in ipairs(lease.acks()) do
        local rows = {}
        for _, uuid in ipairs(policy.voters) do
            table.insert(rows, at[uuid])
        end
        table.sort(rows, function(a, b) return a > b end)
        least = math.min(least, policy.copies == 0 and least or rows[policy.copies] or -1)
    end
    return least
end

local function wake(queue, reached)
    local woken = false
    while queue.from <= #queue.list do
        local waiter = queue.list[queue.from]
        if not waiter.gone then
            if waiter.lsn > reached then
                break
            end
            waiter.done = true
            waiter.cond:signal()
            woken = true
        end
        queue.list[queue.from] = false
        queue.from = queue.from + 1
    end
    if queue.from > #queue.list then
        queue.list, queue.from = {}, 1
    end
    return woken
end

local function watch()
    fiber.name('quorum')
    local eager_until = clock.monotonic() + EAGER_SECONDS
    while waiting > 0 do
        local ok, reached = pcall(positions)
        local voted, upto = pcall(acknowledged)
        for copies, queue in pairs(queues) do
            local far = copies == ACKS and (voted and upto) or copies ~= ACKS and (ok and reached[copies - 1])
            if wake(queue, far or -1) then
                eager_until = clock.monotonic() + EAGER_SECONDS
            end
        end
        fiber.sleep(clock.monotonic() < eager_until and 0 or LAZY_SECONDS)
    end
    watching = false
end

local function enough(lsn, copies, timeout)
    if copies == 1 or copies == ACKS and acknowledged() >= lsn then
        return true
    end
    local waiter = {lsn = lsn, cond = fiber.cond(), done = false, gone = false}
    local queue = queues[copies]
    if queue == nil then
        queue = {list = {}, from = 1}
        queues[copies] = queue
    end
    table.insert(queue.list, waiter)
    waiting = waiting + 1
    if not watching then
        watching = true
        fiber.create(watch)
    end
    local deadline = clock.monotonic() + timeout
    local ok, failure = pcall(function()
        while not waiter.done and clock.monotonic() < deadline do
            waiter.cond:wait(deadline - clock.monotonic())
        end
    end)
    waiter.gone = true
    waiting = waiting - 1
    if not ok then
        error(failure, 0)
    end
    return waiter.done
end

-- What a wait with these options waits for: a number, or what failover names. Raises where neither is known.
function quorum.copies(options)
    local copies = options.copies or (#lease.acks() > 0 and ACKS or lease.copies())
    if copies ~= ACKS and (type(copies) ~= 'number' or copies < 1) then
        error('quorum_wait: how many copies?', 0)
    end
    return copies
end

-- Call it after the commit. Returns once `copies` (this instance included; without it: all voters that have to) have every row that it had committed by then;
-- raises OUTCOME_UNKNOWN after `timeout` seconds, or when the lease was lost meanwhile. The rows stay in either case.
function quorum.wait(options)
    options = options or {}
    if box.is_in_txn() then
        error('quorum_wait: commit first', 0)
    end
    local copies = quorum.copies(options)
    local lsn, began_in = options.lsn or tonumber(box.info.lsn), lease.epoch()
    local unknown = function(sentence)
        refusal.raise('OUTCOME_UNKNOWN', {lsn = lsn, copies = copies, epoch = began_in}, sentence)
    end
    if waiting >= WAITING_MAX then
        unknown('too many calls wait for copies already')
    end
    if not enough(lsn, copies, options.timeout or TIMEOUT_SECONDS) then
        unknown('committed here; too few copies confirmed it in time')
    end
    if lease.objection(began_in, true) ~= nil then
        unknown('committed here; this instance was no longer the master when the copies had it')
    end
    return lsn
end

-- Every row that there is now has been acknowledged by all that lease.acks names; raises what quorum_wait does.
function quorum.acknowledged(timeout)
    return quorum.wait{copies = ACKS, timeout = timeout}
end

return quorum
