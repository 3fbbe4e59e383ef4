-- Rows that only an old master has: those of each origin after a row number, read from the write-ahead logs in its folder
-- and written to a file as JSON lines. Needs no running database: the folder may be that of a stopped one. As a program:
--   tarantool lost-rows.lua '{"folder": ..., "origins": {"1": {"from": 100}}, "file": ...}'   prints progress and the summary as JSON lines
local here = require('fio').abspath(debug.getinfo(1, 'S').source:match('^@(.*)/[^/]*$') or '.')
if not package.path:find(here .. '/?.lua', 1, true) then
    package.path = here .. '/?.lua;' .. package.path
end
local fio = require('fio')
local fiber = require('fiber')
local clock = require('clock')
local digest = require('digest')
local msgpack = require('msgpack')
local xlog = require('xlog')
local json = require('json').new()
local plain = require('plain')
json.cfg{encode_invalid_numbers = false, encode_use_tostring = true, encode_max_depth = 64}
local lost_rows = {}

local SPACE, INDEX, SYSTEM_ID_MAX = 280, 288, 511
local BYTES_MAX = 1024 * 1024 * 1024
local ROW_BYTES_MAX = 16 * 1024 * 1024
local FILES_MAX = 100000
local SPACES_MAX = 200
local YIELD_EVERY = 1000
local TELL_SECONDS = 0.5
local CHUNK_BYTES = 256 * 1024
local MODE = tonumber('600', 8)
-- Rows of synchronous spaces that were confirmed or rolled back.
local OPERATIONS = {[40] = 'CONFIRM', [41] = 'ROLLBACK'}
local NOP = 12

-- {[id] = lsn}, where this file begins.
local function begins_at(path)
    local file = fio.open(path, {'O_RDONLY'})
    local head = file ~= nil and file:read(4096) or ''
    if file ~= nil then
        file:close()
    end
    local result = {}
    for id, lsn in (head:match('\nVClock: {([^}]*)}') or ''):gmatch('(%d+): (%d+)') do
        result[tonumber(id)] = tonumber(lsn)
    end
    return result
end

local function files(folder, ending)
    local found = fio.glob(fio.pathjoin(folder, '*.' .. ending))
    table.sort(found)
    assert(#found <= FILES_MAX, 'too many files')
    return found
end

-- The logs that can hold such rows, from the last that begins before the first of them.
local function logs(folder, origins)
    local all, first = files(folder, 'xlog'), 1
    for i, path in ipairs(all) do
        local begins, before = begins_at(path), origins ~= nil
        for id, range in pairs(origins or {}) do
            before = before and (begins[id] or 0) <= range.from
        end
        first = before and i or first
    end
    return all, first
end

-- Where its numbers begin: the sum of all origins' rows.
local function number_of(path)
    return tonumber(fio.basename(path):match('^(%d+)%.')) or 0
end

-- A log that a killed process left, or that is being written, ends in the middle of a row. `pause` comes now and then.
local function each_row(path, f, pause)
    local count = 0
    local ok, failure = pcall(function()
        for _, row in xlog.pairs(path) do
            if f(row) == false then
                return
            end
            count = count + 1
            if count % YIELD_EVERY == 0 then
                fiber.sleep(0)
                pause()
            end
        end
    end)
    if not ok then
        return tostring(failure)
    end
end

-- Names and keys of spaces as of each row: what defines them lies in the snapshot and among the rows.
local function define(names, row)
    local body = row.BODY
    local tuple = body.tuple
    if body.space_id == SPACE and tuple ~= nil and row.HEADER.type ~= 'UPDATE' then
        names[tuple[1]] = {name = tuple[3], key = names[tuple[1]] and names[tuple[1]].key}
    elseif body.space_id == SPACE and row.HEADER.type == 'UPDATE' and names[body.key[1]] then
        for _, change in ipairs(tuple) do
            if change[1] == '=' and (change[2] == 2 + (body.index_base or 0) or change[2] == 'name') then
                names[body.key[1]].name = change[3]
            end
        end
    elseif body.space_id == INDEX and tuple ~= nil and row.HEADER.type ~= 'UPDATE' and tuple[2] == 0 then
        local key = {}
        for i, part in ipairs(tuple[6]) do
            key[i] = (part.field or part[1]) + 1
        end
        names[tuple[1]] = {name = names[tuple[1]] and names[tuple[1]].name, key = key}
    end
end

local function key_of(body, space)
    if body.key ~= nil or body.tuple == nil or space == nil or space.key == nil then
        return body.key
    end
    local key = {}
    for i, field in ipairs(space.key) do
        key[i] = body.tuple[field]
    end
    return setmetatable(key, {__serialize = 'seq'})
end

-- The bytes of its tuple, key and operations as base64, so that it can be written again exactly: `xlog` gives tuples. The
-- operations of an upsert alone it gives as Lua values, in which bytes are text and 5.0 is 5.
local function raw_of(body)
    local result = plain.map({})
    for _, name in ipairs({'key', 'tuple', 'operations'}) do
        result[name] = body[name] ~= nil and digest.base64_encode(msgpack.encode(body[name]), {nowrap = true}) or nil
    end
    return result
end

local function line(row, names)
    local header, body = row.HEADER, row.BODY
    local space = names[body.space_id]
    local budget = plain.budget(ROW_BYTES_MAX, ROW_BYTES_MAX)
    local function of(value)
        return value ~= nil and plain.of(value, budget) or nil
    end
    local update = header.type == 'UPDATE'
    local ok, text = pcall(json.encode, {
        origin = header.replica_id, lsn = tonumber(header.lsn), time = header.timestamp, transaction = header.tsn and tonumber(header.tsn) or nil,
        operation = OPERATIONS[header.type] or tostring(header.type), spaceId = body.space_id, space = space and space.name or nil,
        key = of(key_of(body, space)), tuple = not update and of(body.tuple) or nil,
        -- Fields in `operations` count from `indexBase`.
        operations = of(update and body.tuple or body.operations), indexBase = body.index_base,
        limboLsn = OPERATIONS[header.type] and body[3] and tonumber(body[3]) or nil, truncated = budget.truncated or nil,
        raw = raw_of(body),
    })
    return ok and text or json.encode{origin = header.replica_id, lsn = tonumber(header.lsn), time = header.timestamp, spaceId = body.space_id, operation = tostring(header.type), unreadable = tostring(text), raw = raw_of(body)}
end

local function writer(path, bytes_max)
    local file, failure = fio.open(path, {'O_WRONLY', 'O_CREAT', 'O_TRUNC'}, MODE)
    if file == nil then
        error(('%s cannot be written: %s'):format(path, tostring(failure)), 0)
    end
    local self = {bytes = 0}
    local chunk, size = {}, 0
    local function flush()
        if size > 0 and not file:write(table.concat(chunk)) then
            error(('%s cannot be written: no space?'):format(path), 0)
        end
        chunk, size = {}, 0
    end
    function self.add(text)
        if self.bytes + #text + 1 > bytes_max then
            return false
        end
        self.bytes = self.bytes + #text + 1
        table.insert(chunk, text .. '\n')
        size = size + #text + 1
        if size > CHUNK_BYTES then
            flush()
        end
        return true
    end
    function self.close()
        flush()
        if not file:fsync() then
            error(('%s cannot be written: no space?'):format(path), 0)
        end
        file:close()
    end
    return self
end

-- {origins} by number, with `expected`: the row that is to come next. nil: of each origin what there is.
local function wanted_of(origins)
    if origins == nil then
        return nil
    end
    local result = {}
    for id, range in pairs(origins) do
        result[tonumber(id)] = {from = range.from, to = range.to, expected = range.from + 1}
    end
    return result
end

-- Its range, if it is one of the rows that are looked for. Rows of origin 0 are local to this copy.
local function range_of(ranges, header, everything)
    local id, lsn = header.replica_id or 0, tonumber(header.lsn)
    if everything and id ~= 0 and ranges[id] == nil then
        ranges[id] = {from = lsn - 1, expected = lsn}
    end
    local range = ranges[id]
    return range ~= nil and lsn > range.from and (range.to == nil or lsn <= range.to) and range or nil
end

-- {folder, origins?, file, bytesMax?} -> {rows, bytes, ranges, spaces, complete, missing, faults}. `origins`: {[id] = {from, to?}};
-- without it everything that the logs hold. `complete = false`: the limit of size was reached, or a log could not be read
-- to its end, or rows are missing. `progress({file, files, read, rows, bytes})`: twice a second and at the end; the same
-- stands in `lost_rows.at` while it goes on.
function lost_rows.export(params, progress)
    local everything = params.origins == nil
    local ranges = wanted_of(params.origins) or {}
    local all, first = logs(params.folder, not everything and ranges or nil)
    local names, snaps = {}, files(params.folder, 'snap')
    local faults = setmetatable({}, {__serialize = 'seq'})
    local out = writer(params.file, params.bytesMax or BYTES_MAX)
    local summary = {rows = 0, ranges = plain.map({}), complete = true, missing = 0, file = params.file, faults = faults}
    local at, told = {file = 0, files = #all, rows = 0, read = 0}, clock.monotonic()
    lost_rows.at = at
    local function tell(now)
        at.rows, at.bytes = summary.rows, out.bytes
        if progress ~= nil and (now or clock.monotonic() - told > TELL_SECONDS) then
            told = clock.monotonic()
            progress(at)
        end
    end
    if #snaps > 0 then
        each_row(snaps[#snaps], function(row)
            define(names, row)
            return row.BODY.space_id <= SYSTEM_ID_MAX
        end, tell)
    end
    local spaces, known = setmetatable({}, {__serialize = 'seq'}), {}
    summary.spaces = spaces
    local function count(row)
        local space = names[row.BODY.space_id]
        local name = space and space.name or ('#%s'):format(tostring(row.BODY.space_id))
        if known[name] == nil and #spaces < SPACES_MAX then
            known[name] = {name = name, rows = 0}
            table.insert(spaces, known[name])
        end
        if known[name] ~= nil then
            known[name].rows = known[name].rows + 1
        end
    end
    local function take(row)
        local header = row.HEADER
        at.read = at.read + 1
        if row.BODY.space_id == SPACE or row.BODY.space_id == INDEX then
            define(names, row)
        end
        local range = range_of(ranges, header, everything)
        if range == nil then
            return
        end
        local lsn = tonumber(header.lsn)
        summary.missing = summary.missing + (lsn - range.expected)
        range.expected = lsn + 1
        if header.type == NOP or header.type == 'NOP' then
            return
        end
        if not out.add(line(row, names)) then
            summary.complete, summary.full = false, true
            return false
        end
        summary.rows = summary.rows + 1
        count(row)
        local id = tostring(header.replica_id)
        summary.ranges[id] = {first = summary.ranges[id] and summary.ranges[id].first or lsn, last = lsn}
    end
    for i, path in ipairs(all) do
        local fault
        -- Those before are read for the names of spaces, where they hold what is younger than the snapshot.
        if i >= first then
            fault = each_row(path, take, tell)
        elseif #snaps == 0 or all[i + 1] == nil or number_of(all[i + 1]) > number_of(snaps[#snaps]) then
            fault = each_row(path, function(row)
                if row.BODY.space_id == SPACE or row.BODY.space_id == INDEX then
                    define(names, row)
                end
            end, tell)
        end
        if fault ~= nil then
            table.insert(faults, {file = fio.basename(path), message = fault})
            summary.complete = summary.complete and i == #all
        end
        at.file = i
        if summary.full then
            break
        end
    end
    out.close()
    tell(true)
    lost_rows.at = nil
    summary.bytes = out.bytes
    for _, range in pairs(summary.full and {} or ranges) do
        if range.to ~= nil then
            summary.missing = summary.missing + math.max(range.to + 1 - range.expected, 0)
        end
    end
    summary.complete = summary.complete and summary.missing == 0
    return summary
end

-- Run as a program, and not loaded by one.
if arg ~= nil and arg[0] ~= nil and fio.basename(arg[0]) == 'lost-rows.lua' and arg[1] ~= nil then
    local ok, result = pcall(function()
        return lost_rows.export(json.decode(arg[1]), function(at)
            print(json.encode({progress = at}))
        end)
    end)
    print(json.encode(ok and {result = result} or {error = tostring(result)}))
    io.stdout:flush()
    os.exit(ok and 0 or 1)
end

return lost_rows
