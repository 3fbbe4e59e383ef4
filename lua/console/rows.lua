-- Rows as the read-only console gives them: plain tables, by the number and by the name of a field. No tuple, decimal or uuid
-- of Tarantool's own comes out: those are structures in memory, which code could write past.
local bytes = require('data.bytes')
local rows = {}

-- Compiled code does not see the deadline of whoever runs it.
jit.off(true, true)

local DEPTH_MAX = 32

local function plain(value, depth)
    local kind = type(value)
    if kind == 'cdata' then
        if value == nil then
            return box.NULL
        elseif box.tuple.is(value) then
            return plain(value:totable(), depth)
        end
        local number = tonumber(value)
        local text = tostring(value):gsub('[UL]+$', '')
        return number ~= nil and ('%.0f'):format(number) == text and number < 2 ^ 53 and number > -2 ^ 53 and number or text
    elseif kind == 'function' or kind == 'userdata' or kind == 'thread' then
        return nil
    elseif kind ~= 'table' then
        return value
    elseif depth >= DEPTH_MAX then
        return '...'
    end
    local made = {}
    for key, field in pairs(value) do
        local name = plain(key, depth + 1)
        if name ~= nil and name == name then
            made[name] = plain(field, depth + 1)
        end
    end
    return made
end

function rows.plain(value)
    return plain(value, 0)
end

-- The names are looked up and not kept: what comes back is shown as a list.
local function named(space, row)
    local names
    return setmetatable(plain(bytes.shown(space, row):totable(), 0), {
        __metatable = false, __serialize = 'seq',
        __index = function(_, name)
            if names == nil then
                names = {}
                for i, field in ipairs(space:format()) do
                    names[field.name] = i
                end
            end
            return names[name] ~= nil and plain(row[names[name]], 0) or nil
        end,
    })
end

function rows.of(space, row)
    if row == nil then
        return nil
    end
    return named(space, row)
end

function rows.list(space, found)
    local list = setmetatable({}, {__serialize = 'seq'})
    for i, row in ipairs(found) do
        list[i] = rows.of(space, row)
    end
    return list
end

-- For `for`: what is behind an iterator stays behind.
function rows.each(space, iterator)
    local generate, param, state = iterator:unwrap()
    local number = 0
    return function()
        local row
        state, row = generate(param, state)
        if state == nil then
            return nil
        end
        number = number + 1
        return number, rows.of(space, row)
    end
end

return rows
