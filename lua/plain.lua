-- Lua values as JSON can carry them: 64-bit integers beyond 2^53, decimals and uuids as strings, bytes that are no
-- UTF-8 as {["$binary"] = base64}. Depth, rows and bytes have a limit; `budget.truncated` says that one was reached.
local digest = require('digest')
local utf8 = require('utf8')
local ffi = require('ffi')
local plain = {}

local DEPTH_MAX = 32
local EXACT = 9007199254740992

function plain.map(t)
    return setmetatable(t, {__serialize = 'map'})
end

-- Numbers that JSON has no word for are left out.
function plain.number(value)
    value = tonumber(value)
    if value == nil or value ~= value or value == math.huge or value == -math.huge then
        return nil
    end
    return value
end

function plain.vclock(clock)
    local result = plain.map({})
    for id, lsn in pairs(clock) do
        result[tostring(id)] = tonumber(lsn)
    end
    return result
end

function plain.budget(rows_max, bytes_max)
    return {rows_max = rows_max, bytes = bytes_max, truncated = false}
end

local function text(value, budget)
    if #value > budget.bytes then
        budget.truncated = true
        value = value:sub(1, math.max(budget.bytes, 0))
    end
    budget.bytes = budget.bytes - #value
    if utf8.len(value) == nil then
        return plain.map({['$binary'] = digest.base64_encode(value, {nowrap = true})})
    end
    return value
end

local function number(value)
    if value ~= value or value == math.huge or value == -math.huge then
        return tostring(value)
    end
    if value % 1 == 0 and math.abs(value) >= EXACT then
        return ('%.0f'):format(value)
    end
    return value
end

local function of_cdata(value, budget, depth)
    if box.tuple ~= nil and box.tuple.is(value) then
        return plain.of(value:totable(), budget, depth)
    end
    if ffi.istype('int64_t', value) or ffi.istype('uint64_t', value) then
        local near = tonumber(value)
        if near < EXACT and near > -EXACT then
            return near
        end
        return (tostring(value):gsub('[UL]+$', ''))
    end
    if value == nil then
        return box.NULL
    end
    return text(tostring(value), budget)
end

function plain.of(value, budget, depth)
    depth = depth or 0
    local kind = type(value)
    if value == nil then
        return box.NULL
    elseif kind == 'boolean' then
        return value
    elseif kind == 'number' then
        return number(value)
    elseif kind == 'string' then
        return text(value, budget)
    elseif kind == 'cdata' then
        return of_cdata(value, budget, depth)
    elseif kind ~= 'table' then
        return tostring(value)
    end
    local meta = getmetatable(value)
    if type(meta) == 'table' and type(meta.__serialize) == 'function' then
        local ok, replaced = pcall(meta.__serialize, value)
        if ok and replaced ~= value and depth < DEPTH_MAX then
            return plain.of(replaced, budget, depth + 1)
        end
    end
    if depth >= DEPTH_MAX or budget.bytes <= 0 then
        budget.truncated = true
        return '...'
    end
    local length, count = #value, 0
    for _ in pairs(value) do
        count = count + 1
    end
    local result = {}
    if count == length then
        for i = 1, math.min(length, budget.rows_max) do
            budget.bytes = budget.bytes - 1
            result[i] = plain.of(value[i], budget, depth + 1)
        end
        budget.truncated = budget.truncated or length > budget.rows_max
        return setmetatable(result, {__serialize = 'seq'})
    end
    local rows = 0
    for key, field in pairs(value) do
        rows = rows + 1
        if rows > budget.rows_max then
            budget.truncated = true
            break
        end
        key = tostring(key)
        budget.bytes = budget.bytes - #key
        result[utf8.len(key) and key or digest.base64_encode(key, {nowrap = true})] = plain.of(field, budget, depth + 1)
    end
    return plain.map(result)
end

return plain
