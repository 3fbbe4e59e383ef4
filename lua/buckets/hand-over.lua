-- The hand-over of a few buckets to another storage, in one attempt (docs/sharding.md says why each step is where it is).
-- Each step compares what the one before left, in the epoch in which it began. Up to `sent` a failure gives all of them
-- back; after it nothing does: recovery goes on.
local clock = require('clock')
local fiber = require('fiber')
local log = require('log')
local uuid = require('uuid')
local collect = require('buckets.collect')
local copies = require('buckets.copies')
local peers = require('buckets.peers')
local refs = require('buckets.refs')
local rows = require('buckets.rows')
local shards = require('buckets.shards')
local space = require('buckets.space')
local standing = require('buckets.standing')
local steps = require('buckets.steps')
local hand_over = {}

-- Pieces that are on their way at once: one is taken while the next is read.
local WINDOW = 2
-- Bucket -> attempt that a fiber here is at work on.
local working, working_count = {}, 0

function hand_over.working(id)
    return working[id]
end

function hand_over.count()
    return working_count
end

local function work_on(id, attempt)
    working_count = working_count + (attempt ~= nil and 1 or 0) - (working[id] ~= nil and 1 or 0)
    working[id] = attempt
end

-- One hand-over: {epoch, to, attempt, ids, generations, seconds (of a step), order}.
local function ask(work, request)
    request.attempt = work.attempt
    return peers.ask(work.to, request, clock.monotonic() + work.seconds)
end

local function with_generations(work)
    local result = {}
    for i, id in ipairs(work.ids) do
        result[i] = {id, work.generations[id] + 1}
    end
    return result
end

local function give_back(work, ids)
    return steps.change(work.epoch, ids, function(row)
        return steps.is(row, 'sending', work.attempt) and steps.owned(row) or nil
    end)
end

-- Those that a write still holds go back, and are tried later.
local function without_held(work, refSeconds)
    local held = refs.await('write', work.ids, clock.monotonic() + refSeconds)
    if #held == 0 then
        return held
    end
    give_back(work, held)
    local is_held, left = {}, {}
    for _, id in ipairs(held) do
        is_held[id] = true
        work_on(id, nil)
    end
    for _, id in ipairs(work.ids) do
        if not is_held[id] then
            table.insert(left, id)
        end
    end
    work.ids = left
    return held
end

local function still_wanted(work)
    if work.order.cancelled then
        error('cancelled', 0)
    end
    standing.need(work.epoch)
end

local function send_rows(work)
    local read, under_way, number, sent = rows.reader(work.shards, work.schema, work.ids), {}, 0, 0
    local function settle(most)
        while #under_way > most do
            table.remove(under_way, 1)(clock.monotonic() + work.seconds)
            still_wanted(work)
        end
    end
    for piece in read do
        number, sent = number + 1, sent + piece.rows
        piece.kind, piece.attempt, piece.number, piece.bytes = 'rows', work.attempt, number, nil
        work.order.rows, work.order.bytes = work.order.rows + piece.rows, work.order.bytes + #piece.blob
        table.insert(under_way, peers.start(work.to, piece, clock.monotonic() + work.seconds))
        settle(WINDOW - 1)
    end
    settle(0)
    local there = rows.count(work.shards, work.schema, work.ids, sent)
    if there > sent then
        error(('%d rows of these buckets are here, and %d were sent'):format(there, sent), 0)
    end
    return sent
end

-- Up to "prepared". Answers the buckets that the other side refuses, as {id, why}; then nothing was sent.
local function carry_over(work)
    local sharding, names = space.need(), {}
    for i, shard in ipairs(work.shards) do
        names[i] = shard.name
    end
    local opened = ask(work, {kind = 'receive', buckets = with_generations(work), group = sharding.group, count = sharding.count, shards = names, uri = box.info.listen or box.cfg.listen})
    if #opened.refused > 0 then
        return opened.refused
    end
    still_wanted(work)
    local sent = send_rows(work)
    work.order.late = ask(work, {kind = 'prepare', buckets = work.ids, rows = sent, seconds = work.seconds}).late
    still_wanted(work)
    return {}
end

local function told_to_begin(work)
    local answer = peers.ask(work.to, {kind = 'begin', attempt = work.attempt, buckets = with_generations(work), seconds = work.seconds}, clock.monotonic() + work.seconds)
    collect.leave(answer.owned, work.attempt)
end

local function release(work)
    for _, id in ipairs(work.all) do
        if working[id] == work.attempt then
            work_on(id, nil)
        end
    end
end

local function back(work)
    give_back(work, work.ids)
    -- The source owns them again, whatever becomes of this message.
    fiber.new(function()
        pcall(peers.ask, work.to, {kind = 'drop', attempt = work.attempt, buckets = work.ids}, clock.monotonic() + work.seconds)
    end)
end

local function decided(work)
    -- A space that takes part since the rows were read would not be there, and its rows deleted here.
    shards.same(work.schema)
    local sent = steps.change(work.epoch, work.ids, function(row)
        return steps.is(row, 'sending', work.attempt) and {row[1], 'sent', row[3], row[4], row[5]} or nil
    end)
    work.sent = true
    local ok, why = copies.wait(clock.monotonic() + work.seconds)
    if not ok then
        error(why, 0)
    end
    -- A master whose lease ended meanwhile does not know what its successor has.
    standing.need(work.epoch)
    work.ids = sent
    told_to_begin(work)
    return sent
end

-- {to, ids, seconds, refSeconds, order} -> {moved, held, refused, failure}: `moved` are passed on; `held` and `refused`
-- ({id, why}) are active here again; `failure` is a sentence, after which recovery sees to what is not active.
function hand_over.run(given)
    local epoch = standing.need()
    local work = {epoch = epoch, to = given.to, attempt = uuid.str(), seconds = given.seconds, order = given.order, shards = shards.need(), schema = shards.version(), generations = {}}
    local result = {moved = {}, held = {}, refused = {}}
    work.all = given.ids
    local ok, failure = pcall(function()
        work.ids = steps.change(epoch, given.ids, function(row, id)
            if row == nil or row[2] ~= 'active' or working[id] ~= nil then
                return nil
            end
            work_on(id, work.attempt)
            work.generations[id] = tonumber(row[3])
            return {id, 'sending', row[3], work.to, work.attempt}
        end)
        result.held = without_held(work, given.refSeconds)
        if #work.ids == 0 then
            return
        end
        still_wanted(work)
        result.refused = carry_over(work)
        if #result.refused > 0 then
            give_back(work, work.ids)
        else
            result.moved = decided(work)
        end
    end)
    if not ok then
        result.failure = tostring(failure)
        log.warn('buckets: a hand-over of %d to %s ended: %s', #work.all, work.to, result.failure)
        if work.ids ~= nil and not work.sent then
            pcall(back, work)
        end
    end
    release(work)
    return result
end

return hand_over
