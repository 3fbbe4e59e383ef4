-- Where read-only Lua runs: a table of globals in which nothing writes, and from which nothing that does can be reached.
-- So there is no list of what is forbidden to be complete: what is not here does not exist for the code. Spaces are
-- stand-ins with the methods that read; what they give is plain (console/rows.lua).
local clock = require('clock')
local fiber = require('fiber')
local json = require('json')
local masked = require('console.masked')
local rows = require('console.rows')
local room = {}

-- Compiled code does not see the deadline of whoever runs it.
jit.off(true, true)

local READS = {'get', 'select', 'pairs', 'min', 'max', 'random', 'count', 'len', 'bsize'}
local ROWS_MAX = 10000
local LOCKED = 'this console is read-only: with `write` an admin may do this'

local function locked()
    error(LOCKED, 0)
end

-- `look(name)` finds what is behind; `names()` lists it for pairs.
local function stand_in(look, names)
    return setmetatable({}, {
        __metatable = false, __newindex = locked,
        __index = function(_, name) return look(name) end,
        __call = names,
    })
end

local function copied(library, but)
    local copy = {}
    for name, value in pairs(library) do
        if not (but or {})[name] then
            copy[name] = value
        end
    end
    return copy
end

-- An error of Tarantool is a structure in memory, too.
local function said(failure)
    return type(failure) == 'cdata' and tostring(failure) or failure
end

local function caught(ok, ...)
    if ok then
        return true, ...
    end
    return false, said((...))
end

local function limited(options)
    local made = type(options) == 'table' and copied(options) or {}
    made.limit = math.min(tonumber(made.limit) or ROWS_MAX, ROWS_MAX)
    return made
end

local function reading(space, object)
    local made = {}
    for _, name in ipairs(READS) do
        if object[name] ~= nil then
            made[name] = function(_, key, options)
                local method = object[name]
                if name == 'pairs' then
                    return rows.each(space, method(object, key, options))
                elseif name == 'select' then
                    return rows.list(space, method(object, key, limited(options)))
                elseif name == 'count' or name == 'len' or name == 'bsize' then
                    return rows.plain(method(object, key, options))
                end
                return rows.of(space, method(object, key, options))
            end
        end
    end
    return made
end

local WRITES = {}
for _, name in ipairs({'insert', 'replace', 'put', 'update', 'upsert', 'delete', 'truncate', 'drop', 'alter', 'rename', 'create_index', 'auto_increment', 'on_replace', 'before_replace', 'run_triggers', 'format', 'frommap', 'compact'}) do
    WRITES[name] = locked
end

local function index_of(space, index)
    local made = reading(space, index)
    made.id, made.name, made.type, made.unique, made.parts = index.id, index.name, index.type, index.unique, rows.plain(index.parts)
    made.stat = function() return rows.plain(index:stat()) end
    return stand_in(function(name) return made[name] or WRITES[name] end)
end

local function space_of(space)
    local made = reading(space, space)
    made.id, made.name, made.engine, made.temporary, made.is_local, made.field_count = space.id, space.name, space.engine, space.temporary, space.is_local, space.field_count
    made.format = function(_, changed)
        if changed ~= nil then
            locked()
        end
        return rows.plain(space:format())
    end
    made.index = stand_in(function(name)
        local index = space.index[name]
        return index ~= nil and index_of(space, index) or nil
    end, function()
        local list = {}
        for id, index in pairs(space.index) do
            list[id] = index_of(space, index)
        end
        return list
    end)
    return stand_in(function(name) return made[name] or WRITES[name] end)
end

local function spaces()
    return stand_in(function(name)
        local space = box.space[name]
        return space ~= nil and space_of(space) or nil
    end, function()
        local list = {}
        for name, space in pairs(box.space) do
            list[name] = space_of(space)
        end
        return list
    end)
end

-- What `box` tells of itself, as it is at the moment.
local TOLD = {
    cfg = function() return masked.settings(rows.plain(box.cfg)) end,
    info = function() return masked.settings(rows.plain(box.info())) end,
    stat = function() return rows.plain(box.stat()) end,
    slab = function() return {info = function() return rows.plain(box.slab.info()) end, stats = function() return rows.plain(box.slab.stats()) end} end,
    runtime = function() return {info = function() return rows.plain(box.runtime.info()) end} end,
}

local function box_of()
    return stand_in(function(name)
        if name == 'space' then
            return spaces()
        elseif name == 'NULL' then
            return box.NULL
        elseif TOLD[name] ~= nil then
            return TOLD[name]()
        end
        error(('box.%s is not there: %s'):format(tostring(name), LOCKED), 0)
    end)
end

-- Stand-ins list what is behind them.
local function all_of(t)
    local ok, list = false, nil
    if type(t) == 'table' and next(t) == nil then
        ok, list = pcall(t)
    end
    return pairs(ok and type(list) == 'table' and list or t)
end

local function sleep(seconds)
    fiber.sleep(tonumber(seconds) or 0)
end

-- New for each run: what one leaves behind is not there for the next.
function room.make()
    local made = {
        assert = assert, error = error, ipairs = ipairs, next = next, pairs = all_of, select = select,
        tonumber = tonumber, tostring = tostring, type = type, unpack = unpack, _VERSION = _VERSION,
        pcall = function(...) return caught(pcall(...)) end,
        xpcall = function(f, handler) return xpcall(f, function(failure) return handler(said(failure)) end) end,
        bit = copied(bit), math = copied(math, {randomseed = true}), string = copied(string, {dump = true}), table = copied(table),
        os = {time = os.time, date = os.date, clock = os.clock},
        fiber = {sleep = sleep, yield = function() fiber.yield() end, time = fiber.time},
        clock = {time = clock.time, monotonic = clock.monotonic},
        json = {encode = function(value) return json.encode(rows.plain(value)) end, decode = function(text) return json.decode(text) end},
        box = box_of(),
    }
    made._G = made
    return setmetatable(made, {__metatable = false, __index = function(_, name)
        error(('%s is not there: this console is read-only, and has no more than what reads'):format(tostring(name)), 0)
    end})
end

return room
