-- Deletes the rows of buckets that are garbage, and keeps of one that was passed on where it went. Reads that run here are
-- waited for; those on replicas need not be: `garbage` reaches each replica before any deletion does, and a read that ends
-- on it is refused and tried at the new owner (buckets/call). They have some time first, so that few are.
local clock = require('clock')
local fiber = require('fiber')
local log = require('log')
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
-- Bucket -> when it was first seen as garbage.
local since = {}
local runner

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

-- Those whose time has come.
local function due(now)
    local ids, after = {}, 0
    repeat
        local rows = space.of_state('garbage', AT_ONCE, after)
        for _, row in ipairs(rows) do
            local id = tonumber(row[1])
            after = id
            since[id] = since[id] or now
            local age = now - since[id]
            local holders = refs.count('read', id) + refs.count('write', id)
            -- What was never active here was never read.
            if holders > 0 and age < READ_SECONDS_MAX then
                collect.blocker = ('%d requests hold bucket %d, which went elsewhere'):format(holders, id)
            elseif row[4] == nil or age >= GRACE_SECONDS then
                table.insert(ids, id)
            end
        end
    until #rows == 0 or #ids >= AT_ONCE
    return ids
end

local function look()
    collect.blocker = nil
    if space.count('garbage') == 0 or not standing.leads() then
        since = {}
        return false
    end
    local epoch = standing.need()
    local ids = due(clock.monotonic())
    local function go_on()
        standing.need(epoch)
    end
    for _, id in ipairs(ids) do
        collect.deleted = collect.deleted + remove.rows(id, function()
            go_on()
            local state = space.look(id)
            if state ~= 'garbage' then
                error(('bucket %d is %s'):format(id, tostring(state)), 0)
            end
        end)
    end
    if #ids > 0 then
        gone(epoch, ids)
    end
    return #ids == AT_ONCE
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
