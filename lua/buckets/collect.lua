-- Ends what was passed on. `sent` becomes `garbage` when the other side owns the bucket and no read here holds it; then its
-- rows are deleted, and where it went is kept. Replicas need not be asked what they read: `garbage` reaches each of them
-- before any deletion does, and a read that ends on it is refused and tried at the new owner (buckets/call). They have some
-- time first, so that few are.
local clock = require('clock')
local fiber = require('fiber')
local log = require('log')
local pace = require('buckets.pace')
local refs = require('buckets.refs')
local remove = require('buckets.remove')
local space = require('buckets.space')
local standing = require('buckets.standing')
local steps = require('buckets.steps')
-- `blocker`: why nothing is deleted; a sentence, or nil. `deleted`: rows, since the start.
local collect = {blocker = nil, deleted = 0}

local EVERY_SECONDS = 0.1
local GRACE_SECONDS = 0.5
-- A read that goes on for longer is refused at its end.
local READ_SECONDS_MAX = 60
local AT_ONCE = 100
-- Nobody waits for it: it takes a quarter of the time where it is late.
local pause_after = pace.of('delete', 3)
-- Bucket -> {attempt, since}: the other side owns it.
local leaving, leaving_count = {}, 0
-- Bucket -> when it was first seen as garbage.
local since = {}
local runner

-- The other side owns these, on enough copies.
function collect.leave(ids, attempt)
    local now = clock.monotonic()
    for _, id in ipairs(ids) do
        leaving_count = leaving_count + (leaving[id] == nil and 1 or 0)
        leaving[id] = {attempt = attempt, since = now}
    end
end

function collect.count()
    return leaving_count
end

function collect.leaving(id)
    return leaving[id] ~= nil
end

local function held(id, age)
    local holders = refs.count('read', id) + refs.count('write', id)
    if holders > 0 and age < READ_SECONDS_MAX then
        collect.blocker = ('%d requests hold bucket %d, which is not here any more'):format(holders, id)
        return true
    end
    return false
end

local function left(epoch, now)
    local ids, of = {}, {}
    for id, one in pairs(leaving) do
        if #ids == AT_ONCE then
            break
        elseif now - one.since >= GRACE_SECONDS and not held(id, now - one.since) then
            table.insert(ids, id)
            of[id] = one
        end
    end
    steps.change(epoch, ids, function(row, id)
        return steps.is(row, 'sent', of[id].attempt) and steps.passed_on(row) or nil
    end)
    for _, id in ipairs(ids) do
        -- It may have been told of anew meanwhile.
        if leaving[id] == of[id] then
            leaving[id], leaving_count = nil, leaving_count - 1
        end
    end
    return #ids
end

local function gone(epoch, ids)
    steps.change(epoch, ids, function(row)
        if row == nil or row[2] ~= 'garbage' then
            return nil
        end
        return row[4] ~= nil and {row[1], 'gone', row[3], row[4]} or false
    end)
    for _, id in ipairs(ids) do
        since[id] = nil
    end
end

local function due(now)
    local ids, after = {}, 0
    repeat
        local found = space.of_state('garbage', AT_ONCE, after)
        for _, id in ipairs(found) do
            after, since[id] = id, since[id] or now
            if not held(id, now - since[id]) then
                table.insert(ids, id)
            end
        end
    until #found == 0 or #ids >= AT_ONCE
    return ids
end

local function delete(epoch, ids)
    collect.deleted = collect.deleted + remove.rows(ids, function(id)
        standing.need(epoch)
        local state = space.look(id)
        if state ~= 'garbage' then
            error(('bucket %d is %s'):format(id, tostring(state)), 0)
        end
    end, function(seconds) fiber.sleep(pause_after(seconds)) end)
    gone(epoch, ids)
end

-- Answers whether there is more to be done at once.
local function look()
    collect.blocker = nil
    if not standing.leads() then
        leaving, leaving_count, since = {}, 0, {}
        return false
    end
    local epoch, now = standing.need(), clock.monotonic()
    local passed_on = next(leaving) ~= nil and left(epoch, now) or 0
    local ids = space.count('garbage') > 0 and due(now) or {}
    if #ids > 0 then
        delete(epoch, ids)
    end
    return #ids >= AT_ONCE or passed_on >= AT_ONCE
end

function collect.start()
    if runner ~= nil and runner:status() ~= 'dead' then
        return
    end
    runner = fiber.create(function()
        fiber.name('buckets.collect')
        while true do
            local ok, more = pcall(look)
            if not ok then
                collect.blocker = tostring(more)
                log.warn('buckets: rows of garbage are not deleted: %s', tostring(more))
            end
            fiber.sleep(ok and more and 0 or EVERY_SECONDS)
        end
    end)
end

return collect
