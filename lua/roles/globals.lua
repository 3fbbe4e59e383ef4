-- Functions of roles as globals of their dotted names, where CALL finds them. What no role has made is never overwritten.
local words = require('words')
local globals = {}

-- By name: what was put there.
local ours = {}
-- Tables that were made for names, to be taken away when nothing is in them.
local made = {}
-- What Tarantool and this product have, before any role has run.
local reserved

function globals.reserve()
    if reserved == nil then
        reserved = {}
        for name in pairs(_G) do
            reserved[name] = true
        end
    end
end

local function parts_of(name)
    return words(name, '.')
end

-- Why this name cannot be had; nil = it can. `wanted`: all names that there will be.
function globals.objection(name, wanted)
    globals.reserve()
    local parts = parts_of(name)
    if reserved[parts[1]] then
        return ("function '%s' cannot have that name: '%s' is Tarantool's or this product's own"):format(name, parts[1])
    end
    local place, at = _G, nil
    for i, part in ipairs(parts) do
        at = at and at .. '.' .. part or part
        if i < #parts and wanted[at] then
            return ("functions '%s' and '%s': a name cannot be a function and have others in it"):format(at, name)
        end
        local value = rawget(place, part)
        if value == nil or ours[at] ~= nil and rawequal(value, ours[at]) then
            return nil
        elseif i == #parts or type(value) ~= 'table' then
            return ("function '%s' cannot have that name: there is a global '%s' that no role's function is"):format(name, at)
        end
        place = value
    end
end

local function remove(name)
    local parts = parts_of(name)
    local path = {_G}
    for i = 1, #parts do
        local value = type(path[i]) == 'table' and rawget(path[i], parts[i]) or nil
        path[i + 1] = value
        if value == nil then
            break
        end
    end
    if path[#parts + 1] ~= nil and rawequal(path[#parts + 1], ours[name]) then
        rawset(path[#parts], parts[#parts], nil)
        for i = #parts, 2, -1 do
            if made[path[i]] and next(path[i]) == nil then
                made[path[i]] = nil
                rawset(path[i - 1], parts[i - 1], nil)
            end
        end
    end
    ours[name] = nil
end

local function put(name, f)
    local parts = parts_of(name)
    local place = _G
    for i = 1, #parts - 1 do
        local inner = rawget(place, parts[i])
        if inner == nil then
            inner = {}
            made[inner] = true
            rawset(place, parts[i], inner)
        end
        place = inner
    end
    rawset(place, parts[#parts], f)
    ours[name] = f
end

-- From now on these, by name, and no others. Nothing yields.
function globals.replace(wanted)
    for name in pairs(table.copy(ours)) do
        if wanted[name] == nil then
            remove(name)
        end
    end
    for name, f in pairs(wanted) do
        if ours[name] ~= f then
            put(name, f)
        end
    end
end

return globals
