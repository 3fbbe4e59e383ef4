-- The canary: where nothing else is written, a row into a local space each second shows whether the disk still takes any,
-- on a replica and on an idle master too. A file beside the logs says what a row cannot: whether there is room for more
-- than what Tarantool has taken for its log already, and, where a row may wait for synchronous transactions, that no disk
-- is to blame.
local fiber = require('fiber')
local fio = require('fio')
local errno = require('errno')
local clock = require('clock')
local log = require('log')
local leadership = require('leadership')
local synchro = require('lease.synchro')
local canary = {}

local EVERY_SECONDS = 1
local LATE_SECONDS = 2
local FILE = 'coterie-canary'
-- Tarantool takes room for its log in steps of this size.
local ROOM = ('x'):rep(1024 * 1024)
local ROOM_EVERY_SECONDS = 5
-- EDQUOT, for which Tarantool has no name: 122 on Linux.
local FULL = {[errno.ENOSPC] = true, [122] = true}
-- `since`: when the row that is under way was begun. `refused`: why the last one was. `full`: there was no room.
-- `file_at`: when a file was last synced.
local state = {room_at = 0}
local running = {}

local function try_file(content, sync)
    local path = fio.pathjoin(box.cfg.wal_dir, FILE)
    local file, why = fio.open(path, {'O_WRONLY', 'O_CREAT', 'O_TRUNC'}, tonumber('600', 8))
    local code = errno()
    if file ~= nil then
        local ok = file:write(content) and (not sync or file:fsync())
        code = errno()
        why = not ok and errno.strerror(code) or nil
        file:close()
        fio.unlink(path)
    end
    return why == nil, code, why
end

local function look_for_room()
    local ok, code = try_file(ROOM, false)
    local full = not ok and FULL[code] == true
    if full and not state.full then
        log.error('canary: the disk is full')
    end
    state.full, state.room_at = full, clock.monotonic()
end

-- It may hang as the row does, so it has a fiber of its own.
local function look_at_file()
    local now = clock.monotonic()
    if state.since ~= nil then
        if now - state.since > EVERY_SECONDS and try_file('x', true) then
            state.file_at = clock.monotonic()
        end
    elseif state.full or state.refused or now - state.room_at >= ROOM_EVERY_SECONDS then
        look_for_room()
    end
end

local function sing()
    if box.info.signature ~= state.signature then
        state.refused = nil
    else
        state.since = clock.monotonic()
        local ok, failure = pcall(leadership.touch)
        state.since = nil
        local refused = not ok and type(failure) == 'cdata' and failure.code == box.error.WAL_IO
        if refused and not state.refused then
            log.error('canary: %s', tostring(failure))
        end
        state.refused = refused and tostring(failure) or nil
    end
    state.signature = box.info.signature
end

local function late(now)
    local for_seconds = state.since and now - state.since or 0
    if for_seconds <= LATE_SECONDS then
        return nil
    elseif synchro.any() and now - math.max(state.file_at or 0, state.since) <= LATE_SECONDS then
        return nil
    end
    return ('its disk has not taken a row for %.0f s'):format(for_seconds)
end

local function each_second(name, f)
    if running[name] == nil or running[name]:status() == 'dead' then
        running[name] = fiber.create(function()
            fiber.name(name)
            while true do
                local ok, failure = pcall(f)
                if not ok then
                    log.error('%s: %s', name, tostring(failure))
                end
                fiber.sleep(EVERY_SECONDS)
            end
        end)
    end
end

-- Once; by whoever reports.
function canary.start()
    each_second('canary', sing)
    each_second('canary.file', look_at_file)
end

-- A sentence, or nil.
function canary.sick()
    return late(clock.monotonic()) or (state.full and 'the disk is full') or (state.refused and ('the disk takes no rows: %s'):format(state.refused)) or nil
end

return canary
