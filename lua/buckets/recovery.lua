-- What becomes of a bucket between two states that no fiber here is at work on: its master decides, at its promotion and
-- again and again, by its own table and by what the master of the other side says.
local clock = require('clock')
local fiber = require('fiber')
local log = require('log')
local lease = require('lease')
local collect = require('buckets.collect')
local copies = require('buckets.copies')
local hand_over = require('buckets.hand-over')
local peers = require('buckets.peers')
local receive = require('buckets.receive')
local space = require('buckets.space')
local standing = require('buckets.standing')
local steps = require('buckets.steps')
-- `blockers`: state and replicaset -> a sentence, of the last look.
local recovery = {blockers = {}}

local EVERY_SECONDS = 1
local SOON_SECONDS = 0.2
-- While rows of an attempt come, its source is at work.
local BUSY_SECONDS = 2
local ASK_SECONDS = 2
local AT_ONCE = 500
local woken = fiber.cond()
local runner

local function at_work(state, row)
    local id = row[1]
    return hand_over.working(id) ~= nil or collect.leaving(id) or (state == 'receiving' and receive.busy(row[5], BUSY_SECONDS))
end

-- Rows in a state that nobody here is at work on: {peer, attempt, rows}, as many as are asked for at once.
local function idle(state)
    local groups, current, after = {}, {}, 0
    -- Many may be on their way out, and nothing is to be done for those.
    if space.count(state) <= (state == 'sending' and hand_over.count() or state == 'sent' and collect.count() or 0) then
        return groups
    end
    while true do
        local ids = space.of_state(state, AT_ONCE, after)
        if #ids == 0 then
            return groups
        end
        for _, id in ipairs(ids) do
            local row = space.get(id)
            after = id
            if not at_work(state, row) then
                local key = ('%s %s'):format(row[4], row[5])
                if current[key] == nil or #current[key].rows >= AT_ONCE then
                    current[key] = {peer = row[4], attempt = row[5], rows = {}}
                    table.insert(groups, current[key])
                end
                table.insert(current[key].rows, row)
            end
        end
    end
end

local function ids_of(rows)
    local ids = {}
    for i, row in ipairs(rows) do
        ids[i] = tonumber(row[1])
    end
    return ids
end

local function blocked(state, group, why)
    recovery.blockers[('%s %s'):format(state, group.peer)] = ('%d buckets are %s, beginning with %d: %s'):format(#group.rows, state, tonumber(group.rows[1][1]), why)
end

-- Only `sent` lets the other side begin, so one that is not sent is still here.
local function sending(epoch)
    for _, group in ipairs(idle('sending')) do
        local back = steps.change(epoch, ids_of(group.rows), function(row, id)
            return hand_over.working(id) == nil and steps.is(row, 'sending', group.attempt) and steps.owned(row) or nil
        end)
        log.info('buckets: %d that were being sent to %s are active here', #back, group.peer)
    end
end

-- `said`: {id, state, generation, peer, attempt} of the source. nil: it stays.
local function after_receiving(row, said)
    if said[5] == row[5] and said[2] == 'sending' then
        return nil
    elseif said[5] == row[5] and said[2] == 'sent' then
        -- One that is not whole and was sent all the same is beyond what copies promise: the source keeps its rows.
        return row[6] and steps.owned(row) or nil
    end
    return steps.dropped(row)
end

local function receiving(epoch)
    for _, group in ipairs(idle('receiving')) do
        local ok, answer = pcall(peers.ask, group.peer, {kind = 'look', buckets = ids_of(group.rows), seconds = ASK_SECONDS / 2}, clock.monotonic() + ASK_SECONDS)
        if not ok then
            blocked('receiving', group, ('its source cannot be asked: %s'):format(tostring(answer)))
        else
            local said, ids = {}, {}
            for i, row in ipairs(answer.rows) do
                ids[i], said[row[1]] = row[1], row
            end
            steps.change(epoch, ids, function(row, id)
                return steps.is(row, 'receiving', group.attempt) and after_receiving(row, said[id]) or nil
            end)
            if #answer.unsure > 0 then
                blocked('receiving', group, ('what its source says may not last: %s'):format(answer.why or 'it is at work'))
            end
        end
    end
end

local function sent(epoch)
    local groups = idle('sent')
    if #groups == 0 then
        return
    end
    local safe, why = copies.wait(clock.monotonic() + ASK_SECONDS)
    standing.need(epoch)
    for _, group in ipairs(groups) do
        local buckets = {}
        for i, row in ipairs(group.rows) do
            buckets[i] = {tonumber(row[1]), tonumber(row[3]) + 1}
        end
        local ok, answer = safe, why
        if safe then
            ok, answer = pcall(peers.ask, group.peer, {kind = 'begin', attempt = group.attempt, buckets = buckets, seconds = ASK_SECONDS / 2}, clock.monotonic() + ASK_SECONDS)
        end
        if not ok then
            blocked('sent', group, tostring(answer))
        else
            collect.leave(answer.owned, group.attempt)
            if #answer.owned < #group.rows then
                blocked('sent', group, 'their rows are kept here; the other side has none of them')
            end
        end
    end
end

local function look()
    if not standing.leads() or space.sharding() == nil then
        recovery.blockers = {}
        return
    end
    local epoch = standing.need()
    local before = recovery.blockers
    recovery.blockers = {}
    for _, step in ipairs{sending, receiving, sent} do
        local ok, failure = pcall(step, epoch)
        if not ok then
            recovery.blockers.here = tostring(failure)
        end
    end
    for key, sentence in pairs(recovery.blockers) do
        if before[key] == nil then
            log.warn('buckets: %s', sentence)
        end
    end
end

local function restless()
    return space.count('sending') + space.count('receiving') + space.count('sent') > hand_over.count() + collect.count()
end

function recovery.wake()
    woken:broadcast()
end

function recovery.start()
    if runner ~= nil and runner:status() ~= 'dead' then
        return
    end
    lease.on_lead(recovery.wake)
    runner = fiber.create(function()
        fiber.name('buckets.recovery')
        while true do
            local ok, failure = pcall(look)
            if not ok then
                log.error('buckets: recovery could not look: %s', tostring(failure))
            end
            local waits, soon = pcall(restless)
            woken:wait(waits and soon and SOON_SECONDS or EVERY_SECONDS)
        end
    end)
end

return recovery
