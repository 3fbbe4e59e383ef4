-- Buckets come into being once: each storage is told which are its own. The same order again is fine, also after one that
-- was interrupted; another one is refused, as buckets that are elsewhere by now would be made a second time.
local fiber = require('fiber')
local raw_tuple = require('raw-tuple')
local transaction = require('transaction')
local refusal = require('lease.refusal')
local shards = require('buckets.shards')
local space = require('buckets.space')
local standing = require('buckets.standing')
local bootstrap = {}

local TRANSACTION_ROWS = 10000
local RANGES_MAX = 1000
local GROUP_BYTES_MAX = 64

local function whole(value, from, to)
    return type(value) == 'number' and value % 1 == 0 and value >= from and value <= to
end

local function checked(params)
    local group, count = params.group or 'default', params.count
    if type(group) ~= 'string' or not group:match('^[%w_-]+$') or #group > GROUP_BYTES_MAX then
        error('buckets_bootstrap: a group is named by letters, digits, _ and -', 0)
    elseif not whole(count, 1, space.COUNT_MAX) then
        error(('buckets_bootstrap: count is a whole number from 1 to %d'):format(space.COUNT_MAX), 0)
    elseif type(params.ranges) ~= 'table' or #params.ranges > RANGES_MAX then
        error(('buckets_bootstrap: ranges is a list of at most %d {first, last}'):format(RANGES_MAX), 0)
    end
    local ranges, names = {}, {}
    for i, range in ipairs(params.ranges) do
        local first, last = range[1], range[2]
        if not whole(first, 1, count) or not whole(last, first, count) then
            error(('buckets_bootstrap: range %d is no {first, last} of buckets from 1 to %d'):format(i, count), 0)
        end
        ranges[i] = {first, last}
    end
    table.sort(ranges, function(a, b) return a[1] < b[1] end)
    local joined = {}
    for _, range in ipairs(ranges) do
        local last = joined[#joined]
        if last ~= nil and range[1] <= last[2] then
            error(('buckets_bootstrap: bucket %d is named twice'):format(range[1]), 0)
        elseif last ~= nil and range[1] == last[2] + 1 then
            last[2] = range[2]
        else
            table.insert(joined, range)
        end
    end
    for i, range in ipairs(joined) do
        names[i] = ('%d-%d'):format(range[1], range[2])
    end
    return group, count, joined, table.concat(names, ',')
end

local function refused(sentence)
    refusal.raise('REFUSED', space.sharding() or {}, sentence)
end

-- What an interrupted bootstrap of these ranges left, or nothing at all.
local function only_ours(ranges)
    local at = 1
    space.each(function(id, state, generation)
        while ranges[at] ~= nil and id > ranges[at][2] do
            at = at + 1
        end
        if ranges[at] == nil or id < ranges[at][1] or state ~= 'active' or generation ~= 1 then
            refused(('there are buckets here already: bucket %d is %s'):format(id, state))
        end
    end)
end

local function make(ids)
    local buckets = space.buckets()
    transaction(function()
        for _, id in ipairs(ids) do
            if space.look(id) == nil then
                raw_tuple.free(buckets:insert({id, 'active', 1}))
            end
        end
    end)
end

-- {group, count, ranges} -> {made, owned}. Ranges may be none: a storage to which buckets will be moved.
function bootstrap.run(params)
    local group, count, ranges, text = checked(params)
    local epoch = standing.need()
    shards.need()
    space.ensure(group, count)
    local founded = space.founded()
    if founded == text then
        return {made = 0, owned = space.owned()}
    elseif founded ~= nil then
        refused(('sharding was bootstrapped here with the buckets %s'):format(founded == '' and 'none' or founded))
    end
    only_ours(ranges)
    local ids, made = {}, 0
    local function flush()
        standing.need(epoch)
        make(ids)
        made, ids = made + #ids, {}
        fiber.yield()
    end
    for _, range in ipairs(ranges) do
        for id = range[1], range[2] do
            ids[#ids + 1] = id
            if #ids == TRANSACTION_ROWS then
                flush()
            end
        end
    end
    flush()
    space.founded(text)
    return {made = made, owned = space.owned()}
end

return bootstrap
