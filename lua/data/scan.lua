-- A page of the rows of one instance, in the order of an index. A row's place is its index key and then its primary key, so
-- a page begins behind a place and not behind a number of rows: what is written meanwhile moves nothing. In a sharded
-- space only rows of buckets that are owned here count, so that a row on its way is not seen twice.
local clock = require('clock')
local fiber = require('fiber')
local key_def = require('key_def')
local raw_tuple = require('raw-tuple')
local owned = require('crud.owned')
local define = require('data.define')
local bytes = require('data.bytes')
local scan = {}

local YIELD_EACH = 500
-- Forward and backward: how to begin at the values of a condition; where there is no way, at the end of the index.
local BEGIN = {eq = {'EQ', 'REQ'}, ge = {'GE', nil}, gt = {'GT', nil}, le = {nil, 'LE'}, lt = {nil, 'LT'}}
local HOLDS = {
    eq = function(order) return order == 0 end,
    gt = function(order) return order > 0 end,
    ge = function(order) return order >= 0 end,
    lt = function(order) return order < 0 end,
    le = function(order) return order <= 0 end,
}

local function parts_of(index, count)
    local parts = {}
    for i = 1, count or #index.parts do
        local part = index.parts[i]
        parts[i] = {fieldno = part.fieldno, type = part.type, collation = part.collation, path = part.path, is_nullable = true}
    end
    return parts
end

-- No two rows are equal by that.
local function order_of(space, index)
    local def = key_def.new(parts_of(index))
    return index.id == 0 and def or def:merge(key_def.new(parts_of(space.index[0])))
end

-- Does a row fit, and can none of those after it fit?
local function test_of(index, params, key)
    if params.op == 'all' then
        return function() return true, false end
    end
    local def, holds = key_def.new(parts_of(index, #key)), HOLDS[params.op]
    local up, down = params.op ~= 'gt' and params.op ~= 'ge', params.op ~= 'lt' and params.op ~= 'le'
    return function(row)
        local order = def:compare_with_key(row, key)
        if holds(order) then
            return true, false
        end
        return false, params.descending and down and order < 0 or not params.descending and up and order > 0
    end
end

local function begin(params, key, start)
    if start ~= nil then
        return params.descending and 'LE' or 'GE', start
    end
    local iterator = key ~= nil and BEGIN[params.op][params.descending and 2 or 1]
    if not iterator then
        return params.descending and 'LE' or 'GE', {}
    end
    return iterator, key
end

local function page_of(space, params)
    local deadline, limit, bytes_max = clock.monotonic() + params.timeout, params.limit, params.bytes
    local page = {rows = setmetatable({}, {__serialize = 'seq'}), size = 0, looked = 0}
    function page.full()
        return #page.rows >= limit or page.size >= bytes_max
    end
    function page.late()
        page.looked = page.looked + 1
        if page.looked % YIELD_EACH == 0 then
            fiber.yield()
            return clock.monotonic() > deadline
        end
    end
    function page.take(row, place, at)
        local text = bytes.encode(bytes.shown(space, row))
        page.size = page.size + #text
        table.insert(page.rows, {row = text, place = place, at = at})
    end
    return page
end

-- `after`: behind this place; with `with`, from it on.
local function in_order(space, index, params, mine)
    local key, after, start = bytes.decode(params.key), bytes.decode(params.after), bytes.decode(params.start)
    local order, test, page = order_of(space, index), test_of(index, params, key), page_of(space, params)
    local iterator, from = begin(params, key, start)
    local last
    for _, row in index:pairs(from, {iterator = iterator}) do
        if page.late() then
            if after ~= nil then
                error(('MANY_ALIKE more rows have the values of the last one in index %s than are looked at in the time: choose another index'):format(index.name), 0)
            end
            return page, bytes.encode(order:extract_key(last))
        end
        local behind = true
        if after ~= nil then
            local place = order:compare_with_key(row, after)
            place = params.descending and -place or place
            behind = place > 0 or place == 0 and params.with
            after = not behind and after or nil
        end
        if behind then
            local holds, over = test(row)
            if over then
                return page
            elseif holds and mine(row) then
                if page.full() then
                    return page, page.rows[#page.rows].place
                end
                page.take(row, bytes.encode(order:extract_key(row)), box.NULL)
            end
            last = row
        end
    end
    return page
end

-- HASH, RTREE, BITSET and the like: as the index gives them, and a page begins behind a number of rows.
local function as_it_comes(space, index, params, mine)
    local page, key = page_of(space, params), bytes.decode(params.key)
    if params.op ~= 'all' and params.op ~= 'eq' then
        error(('BAD_CONDITION index %s is of type %s and knows no order: only `eq` and `all` work with it'):format(index.name, index.type), 0)
    end
    local at = 0
    for _, row in index:pairs(key or {}, {iterator = key ~= nil and 'EQ' or 'ALL'}) do
        if page.late() then
            return page, nil, at
        end
        if at >= params.offset and mine(row) then
            if page.full() then
                return page, nil, at
            end
            page.take(row, box.NULL, at)
        end
        at = at + 1
    end
    return page, nil, nil
end

local function collations_of(space, index)
    local collations = setmetatable({}, {__serialize = 'seq'})
    for i, part in ipairs(define.ordered(index) and order_of(space, index):totable() or {}) do
        collations[i] = part.collation or box.NULL
    end
    return collations
end

-- {space, index?, op, key?, start?, after?, with, offset, descending, limit, bytes, timeout}. `place`: the page ended there and
-- there is more; null: that is all. `offset`: the same for an index without an order.
function scan.page(params)
    local space = define.need(params.space)
    local index = params.index == nil and space.index[0] or space.index[params.index]
    if index == nil then
        error(('NO_INDEX space %s has no index %s'):format(params.space, params.index), 0)
    end
    local sharding = define.sharding(space)
    local before = sharding ~= nil and owned.now() or nil
    local function mine(row)
        return before == nil or before.set[tonumber(row[sharding.field])] == true
    end
    local page, place, offset = (define.ordered(index) and in_order or as_it_comes)(space, index, params, mine)
    return {
        rows = page.rows, looked = page.looked, collations = collations_of(space, index), place = place or box.NULL, offset = offset or box.NULL,
        buckets = before ~= nil and {owned = before.stamp[1], of = sharding.count, still = owned.now() == before} or box.NULL,
    }
end

return scan
