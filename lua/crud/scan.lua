-- Rows of one shard in the order of an index, those of buckets that it owns. Each answer says by a stamp which buckets it
-- speaks for: the router puts answers together only where they speak for each bucket once.
local fiber = require('fiber')
local key_def = require('key_def')
local owned = require('crud.owned')
local spaces = require('crud.spaces')
local scan = {}

local YIELD_EACH = 1000
local TRIES = 3
-- Forward and backward: how to begin at the values of a condition; where there is no way, at the end of the index.
local BEGIN = {['='] = {'EQ', 'REQ'}, ['>='] = {'GE', nil}, ['>'] = {'GT', nil}, ['<='] = {nil, 'LE'}, ['<'] = {nil, 'LT'}}
local HOLDS = {
    ['='] = function(order) return order == 0 end,
    ['>'] = function(order) return order > 0 end,
    ['>='] = function(order) return order >= 0 end,
    ['<'] = function(order) return order < 0 end,
    ['<='] = function(order) return order <= 0 end,
}

local function parts_of(index_parts, count)
    local parts = {}
    for i = 1, count or #index_parts do
        local part = index_parts[i]
        parts[i] = {fieldno = part.field or part.fieldno, type = part.type, collation = part.collation, is_nullable = true}
    end
    return parts
end

-- Each condition as a function of a row: does it hold, and can none of the rows after it hold it?
local function tests_of(conditions, index, reversed)
    local tests = {}
    for i, condition in ipairs(conditions) do
        local def = key_def.new(parts_of(condition.parts, #condition.values))
        local holds, values = HOLDS[condition.operator], condition.values
        local leads = true
        for number in ipairs(values) do
            local part = index.parts[number]
            leads = leads and part ~= nil and part.fieldno == condition.parts[number].field
        end
        local ends = leads and (reversed and {['>'] = true, ['>='] = true, ['='] = true} or {['<'] = true, ['<='] = true, ['='] = true})[condition.operator]
        tests[i] = function(row)
            local order = def:compare_with_key(row, values)
            if holds(order) then
                return true, false
            end
            return false, ends and (reversed and order < 0 or not reversed and order > 0)
        end
    end
    return tests
end

-- Index, then primary key: no two rows are equal by that.
local function order_of(space, index)
    local def = key_def.new(parts_of(index.parts))
    return index.id == 0 and def or def:merge(key_def.new(parts_of(space.index[0].parts)))
end

local function begin(plan, index)
    local after = plan.after
    if after ~= nil then
        local key = {}
        for i, part in ipairs(index.parts) do
            key[i] = after[part.fieldno] == nil and box.NULL or after[part.fieldno]
        end
        return plan.reversed and 'LE' or 'GE', key
    end
    local iterator = plan.start ~= nil and BEGIN[plan.start.operator][plan.reversed and 2 or 1]
    if not iterator then
        return plan.reversed and 'LE' or 'GE', {}
    end
    return iterator, plan.start.values
end

-- Calls `each` with every row until it says that it has enough. Answers whether there may be more.
local function walk(space, plan, buckets, each)
    local _, found = spaces.get(space.name)
    if found.bucket == nil then
        error(("NOT_SHARDED {}: space '%s' has no field bucket_id"):format(found.name), 0)
    end
    local index = space.index[plan.index]
    if index == nil then
        error(('SCHEMA_CHANGED {}: space %s has no index %d any more'):format(space.name, plan.index), 0)
    end
    local tests = tests_of(plan.conditions, index, plan.reversed)
    local after = plan.after ~= nil and box.tuple.new(plan.after) or nil
    local order = after ~= nil and order_of(space, index) or nil
    local iterator, key = begin(plan, index)
    local looked, bucket = 0, found.bucket
    for _, row in index:pairs(key, {iterator = iterator}) do
        looked = looked + 1
        if looked % YIELD_EACH == 0 then
            fiber.yield()
        end
        local taken = buckets[row[bucket]]
        if taken and order ~= nil then
            local place = order:compare(row, after)
            taken = plan.reversed and place < 0 or not plan.reversed and place > 0
        end
        for i = 1, #tests do
            local holds, over = tests[i](row)
            if over then
                return false
            end
            taken = taken and holds
        end
        if taken and each(row) then
            return true
        end
    end
    return false
end

-- `work(buckets)` whose buckets were the same at its end as at its beginning. The stamp of a shard whose buckets are
-- in motion fits to no other. A plan for one bucket comes by bucket_call, which holds it.
local function stable(plan, work)
    if plan.bucket ~= nil then
        local result, more = work({[plan.bucket] = true})
        return result, more, {0, 0}
    end
    for _ = 1, TRIES do
        local before = owned.now()
        if before == nil then
            error('NOT_SHARDED {}: there are no buckets here', 0)
        end
        local result, more = work(before.set)
        if owned.now() == before then
            return result, more, before.stamp
        end
    end
    return nil, false, {-1, 0}
end

local function plain(plan)
    for _, name in ipairs({'after', 'start', 'bucket'}) do
        if plan[name] == box.NULL then
            plan[name] = nil
        end
    end
    return plan
end

-- {index, reversed, conditions, start?, after?, bucket?, limit}. Rows, whether there may be more, stamp.
function scan.select(name, plan)
    plan = plain(plan)
    local space = spaces.get(name)
    return stable(plan, function(buckets)
        local rows = setmetatable({}, {__serialize = 'seq'})
        local more = walk(space, plan, buckets, function(row)
            rows[#rows + 1] = row
            return #rows >= plan.limit
        end)
        return rows, more
    end)
end

function scan.count(name, plan)
    plan = plain(plan)
    local space = spaces.get(name)
    return stable(plan, function(buckets)
        local count = 0
        walk(space, plan, buckets, function()
            count = count + 1
        end)
        return count, false
    end)
end

return scan
