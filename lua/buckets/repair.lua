-- What a person does to single buckets: pins them, and mends what is doubled or lost. Each says in which generation it
-- saw the bucket, so that what has changed since is not undone.
local log = require('log')
local refusal = require('lease.refusal')
local hand_over = require('buckets.hand-over')
local space = require('buckets.space')
local standing = require('buckets.standing')
local steps = require('buckets.steps')
local repair = {}

local IDS_MAX = 100000

local function refuse(bucket, row, sentence)
    refusal.raise('REFUSED', {bucket = bucket, state = row and row[2] or box.NULL, generation = row and row[3] or box.NULL}, sentence)
end

-- {ids, pinned = true | false}: pinned ones are never moved. Answers how many changed; one that is not owned is refused.
function repair.pin(params)
    if type(params.ids) ~= 'table' or #params.ids > IDS_MAX or type(params.pinned) ~= 'boolean' then
        error(('buckets_pin: ids is a list of at most %d buckets, pinned true or false'):format(IDS_MAX), 0)
    end
    local wanted = params.pinned and 'pinned' or 'active'
    local changed = steps.change(standing.need(), params.ids, function(row, id)
        if row == nil or (row[2] ~= 'active' and row[2] ~= 'pinned') then
            refuse(id, row, ('bucket %s cannot be pinned here: it is %s'):format(tostring(id), row and row[2] or 'not here'))
        end
        return row[2] ~= wanted and {row[1], wanted, row[3]} or nil
    end)
    return {changed = #changed}
end

local function number_of(params, method)
    local count = space.need().count
    local bucket = params.bucket
    if type(bucket) ~= 'number' or bucket % 1 ~= 0 or bucket < 1 or bucket > count then
        error(('%s: bucket is a whole number from 1 to %d'):format(method, count), 0)
    elseif type(params.generation) ~= 'number' or params.generation % 1 ~= 0 or params.generation < 1 then
        error(('%s: generation is a whole number from 1'):format(method), 0)
    end
    return bucket
end

-- {bucket, generation}: it is this storage's from now on, in that generation, which has to be above all that is known of it
-- anywhere. Rows that are here are its rows.
function repair.take(params)
    local bucket = number_of(params, 'buckets_take')
    steps.change(standing.need(), {bucket}, function(row)
        if hand_over.working(bucket) ~= nil or (row ~= nil and space.OWNS[row[2]]) then
            refuse(bucket, row, 'it is this storage\'s, or being handed over')
        elseif row ~= nil and row[3] >= params.generation then
            refuse(bucket, row, ('a later generation is known here: take it with %d or more'):format(tonumber(row[3]) + 1))
        end
        return {bucket, 'active', params.generation}
    end)
    log.warn('buckets: bucket %d was taken by hand, in generation %d', bucket, params.generation)
    return {bucket = bucket, state = 'active', generation = params.generation}
end

-- {bucket, generation}: it is not this storage's; its rows here are deleted.
function repair.drop(params)
    local bucket = number_of(params, 'buckets_drop')
    steps.change(standing.need(), {bucket}, function(row)
        if row == nil or row[3] ~= params.generation or row[2] == 'gone' then
            refuse(bucket, row, 'it is not here in that generation')
        elseif hand_over.working(bucket) ~= nil then
            refuse(bucket, row, 'it is being handed over')
        end
        return steps.dropped(row)
    end)
    log.warn('buckets: bucket %d of generation %d was dropped by hand', bucket, params.generation)
    return {bucket = bucket, state = 'garbage'}
end

return repair
