-- What a person looks up in a database and the status does not carry: its settings, and its spaces with their sizes.
-- Only counters that Tarantool keeps are read; nothing is scanned.
local fiber = require('fiber')
local clock = require('clock')
local plain = require('plain')
local database = require('database')
local indexes_of = require('indexes')
local inspect = {}

local BYTES_MAX = 1024 * 1024
local ROWS_MAX = 1000
local SPACES_MAX = 20000
local YIELD_EVERY = 100
local SYSTEM_ID_MAX = 511

-- Until the first box.cfg it is a function that carries what it falls back to.
local function upvalue(f, name, depth)
    for i = 1, 60 do
        local found, value = debug.getupvalue(f, i)
        if found == nil then
            return nil
        end
        if found == name and type(value) == 'table' then
            return value
        end
        if type(value) == 'function' and depth > 0 then
            value = upvalue(value, name, depth - 1)
            if value ~= nil then
                return value
            end
        end
    end
end

local known, defaults = pcall(function()
    return type(box.cfg) == 'function' and upvalue(box.cfg, 'default_cfg', 2) or nil
end)
defaults = known and type(defaults) == 'table' and defaults or nil

-- What Tarantool keeps beside them, in the module of the log, and box.cfg shows all the same.
local log = require('log').cfg
local log_defaults = type(log) == 'table' and {log_level = log.level, log_format = log.format} or {}

local function default_of(name)
    if defaults == nil or defaults[name] ~= nil then
        return defaults and defaults[name]
    end
    return log_defaults[name]
end

local function same(a, b)
    if type(a) ~= 'table' or type(b) ~= 'table' then
        return tostring(a) == tostring(b)
    end
    for key, value in pairs(a) do
        if not same(value, b[key]) then
            return false
        end
    end
    for key in pairs(b) do
        if a[key] == nil then
            return false
        end
    end
    return true
end

local function origin(name, value)
    local given = database.given[name]
    if given ~= nil and same(given, value) then
        return 'coterie'
    end
    if defaults == nil then
        return 'unknown'
    end
    local default = default_of(name)
    return default ~= nil and same(default, value) and 'default' or 'other'
end

function inspect.box_cfg()
    database.need()
    local budget = plain.budget(ROWS_MAX, BYTES_MAX)
    local settings = setmetatable({}, {__serialize = 'seq'})
    for name, value in pairs(box.cfg) do
        local default = default_of(name)
        if type(value) ~= 'function' then
            table.insert(settings, {name = name, value = plain.of(value, budget), default = default == nil and box.NULL or plain.of(default, budget), origin = origin(name, value)})
        end
    end
    table.sort(settings, function(a, b) return a.name < b.name end)
    return settings
end

-- A space may be dropped between two looks.
local function read(f, ...)
    local ok, value = pcall(f, ...)
    return ok and plain.number(value) or nil
end

local function light(tuple)
    local space = box.space[tuple.id]
    if space == nil then
        return nil
    end
    return {id = tuple.id, name = tuple.name, rows = read(space.len, space), bytes = read(space.bsize, space)}
end

local function collected(params, deadline)
    local rows, seen, complete = {}, 0, true
    local search = params.search and params.search:lower()
    for _, tuple in box.space._space:pairs() do
        seen = seen + 1
        if seen > SPACES_MAX or clock.monotonic() > deadline then
            complete = false
            break
        end
        if seen % YIELD_EVERY == 0 then
            fiber.yield()
        end
        if (params.system or tuple.id > SYSTEM_ID_MAX) and tuple.engine ~= 'sysview' and (search == nil or tuple.name:lower():find(search, 1, true) ~= nil) then
            table.insert(rows, light(tuple))
        end
    end
    return rows, complete
end

local function parts_of(index)
    local parts = setmetatable({}, {__serialize = 'seq'})
    for i, part in ipairs(index.parts or {}) do
        parts[i] = ('%d %s%s'):format(part.fieldno, part.type, part.is_nullable and ', may be null' or '')
    end
    return parts
end

local function on_disk(index)
    local stat = index:stat()
    return stat.disk.bytes_compressed + stat.disk.index_size + stat.disk.bloom_size
end

local function detailed(row)
    local space = box.space[row.id]
    if space == nil then
        return nil
    end
    local index_bytes, disk_bytes = 0, 0
    local indexes = indexes_of(space, function(index)
        local bytes = read(index.bsize, index)
        index_bytes = index_bytes + (bytes or 0)
        disk_bytes = disk_bytes + (space.engine == 'vinyl' and read(on_disk, index) or 0)
        return {parts = parts_of(index), bytes = bytes or box.NULL}
    end)
    return {
        id = row.id, name = row.name, engine = space.engine, system = row.id <= SYSTEM_ID_MAX,
        temporary = space.temporary == true, localOnly = space.is_local == true,
        rows = row.rows or box.NULL, bytes = row.bytes or box.NULL, indexBytes = index_bytes,
        diskBytes = space.engine == 'vinyl' and disk_bytes or box.NULL, indexes = indexes,
    }
end

local function vinyl()
    local stat = box.stat.vinyl()
    return {
        level0Bytes = stat.memory.level0, cacheBytes = stat.memory.tuple_cache, transactionBytes = stat.memory.tx,
        pageIndexBytes = stat.memory.page_index, bloomBytes = stat.memory.bloom_filter,
        dataBytes = stat.disk.data, indexBytes = stat.disk.index, memoryBytesMax = box.cfg.vinyl_memory, cacheBytesMax = box.cfg.vinyl_cache,
    }
end

function inspect.spaces(params)
    database.need()
    local deadline = clock.monotonic() + params.timeout
    local rows, complete = collected(params, deadline)
    table.sort(rows, function(a, b)
        if params.sort ~= 'name' and (a[params.sort] or -1) ~= (b[params.sort] or -1) then
            return (a[params.sort] or -1) > (b[params.sort] or -1)
        end
        return a.name < b.name
    end)
    local spaces = setmetatable({}, {__serialize = 'seq'})
    for i = params.offset + 1, math.min(#rows, params.offset + params.limit) do
        if clock.monotonic() > deadline then
            complete = false
            break
        end
        if i % YIELD_EVERY == 0 then
            fiber.yield()
        end
        table.insert(spaces, detailed(rows[i]))
    end
    local ok, figures = pcall(vinyl)
    return {spaces = spaces, of = #rows, complete = complete, vinyl = ok and figures or box.NULL}
end

return inspect
