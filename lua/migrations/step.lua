-- One step of a migration: reads its file, and runs its function. What a step is done with stands in its record, which is
-- written before the function is called and after it has ended; in a transaction the second is part of it.
local clock = require('clock')
local fiber = require('fiber')
local limited = require('limited')
local chunk = require('roles.chunk')
local life = require('roles.life')
local reading = require('roles.reading')
local state = require('roles.state')
local records = require('migrations.records')
local step = {}

local STACK_BYTES_MAX = 4000
local ERROR_BYTES_MAX = 1000
local PROGRESS_BYTES_MAX = 200
local POLL_SECONDS = 0.005
local READ_ONLY = 'the file of a migration only returns its function, and'
local BROKEN_OFF = 'a step of a migration that was broken off'
-- Files that are read at this moment.
local loading = 0

local function now()
    return math.floor(clock.realtime() * 1000)
end

local function cut(text, bytes)
    return text ~= nil and (#text > bytes and text:sub(1, bytes) .. '...' or text) or nil
end

local function loaded(entered, role, f)
    entered.fiber = fiber.self().id()
    reading.enter(READ_ONLY)
    return state.room:prepare(role, f)()
end

local function definition_of(value, direction, file)
    if type(value) == 'function' then
        return {run = value, whole = false}
    elseif type(value) ~= 'table' then
        return nil, ('%s returns %s, and has to return a function, or a table with `%s`'):format(file, type(value), direction)
    end
    for key in pairs(value) do
        if key ~= direction and key ~= 'transaction' and key ~= 'timeout' then
            local way_out = direction == 'up' and key == 'down' and ': the way back is in a file of its own, NAME.down.lua' or ''
            return nil, ("%s: a step has no `%s`%s"):format(file, tostring(key), way_out)
        end
    end
    if type(value[direction]) ~= 'function' then
        return nil, ('%s: `%s` has to be a function'):format(file, direction)
    elseif value.transaction ~= nil and type(value.transaction) ~= 'boolean' then
        return nil, ('%s: `transaction` is true or false'):format(file)
    elseif value.timeout ~= nil and (type(value.timeout) ~= 'number' or not (value.timeout > 0 and value.timeout <= 86400)) then
        return nil, ('%s: `timeout` is a number of seconds, at most 86400'):format(file)
    end
    return {run = value[direction], whole = value.transaction == true, timeout = value.timeout}
end

-- {run, whole, timeout}; nil, why and the stack where the file is none of a step. Calls nothing of it but the file itself.
function step.load(role, piece, direction)
    local f, fault = chunk.module(piece)
    if f == nil then
        return nil, ('%s:%s: %s'):format(fault.file, tostring(fault.line), fault.sentence)
    end
    local entered = {}
    loading = loading + 1
    reading.want('migration files', true)
    local ok, value, stack = life.run(life.SECONDS.load, loaded, entered, role, f)
    reading.ended(entered.fiber)
    loading = loading - 1
    reading.want('migration files', loading > 0)
    if not ok then
        return nil, value, stack
    end
    return definition_of(value, direction, piece.file)
end

local function done(record)
    if record.direction == 'down' then
        records.take(record.role, record.name)
    else
        record.state, record.finished = 'done', now()
        records.put(record)
    end
end

-- Its own transaction is over when it gets here: by the function, or by a yield in it.
local function committed(record)
    if not box.is_in_txn() then
        error('its transaction was ended before its end: a step with `transaction = true` may not begin, commit or roll back', 0)
    end
    done(record)
    box.commit()
end

local function work(job, definition, record, told)
    job.worker = fiber.self()
    job.worker:name('migration')
    if definition.whole then
        box.begin()
    end
    definition.run(told)
    if definition.whole then
        committed(record)
    end
end

local function alive(job)
    return job.worker ~= nil and job.worker:status() ~= 'dead'
end

-- From now on its fiber may not write, whatever it catches, and fails at its next instruction.
function step.break_off(job, why)
    job.broken = job.broken or why
    if not alive(job) then
        return
    end
    local id = job.worker:id()
    if job.forbidden ~= id then
        job.forbidden = id
        reading.want('migration', true)
        reading.forbid(id, BROKEN_OFF)
    end
    limited.expire(id)
    pcall(job.worker.cancel, job.worker)
end

-- Nobody runs another step before its fiber has ended. What it was committing meanwhile is in its record then.
local function ended(job)
    while alive(job) do
        step.break_off(job, nil)
        fiber.sleep(POLL_SECONDS)
    end
    if job.forbidden ~= nil then
        reading.ended(job.forbidden)
        reading.want('migration', false)
        job.forbidden = nil
    end
end

local function finished(record)
    local kept = records.get(record.role, record.name)
    if record.direction == 'down' then
        return kept == nil
    end
    return kept ~= nil and kept.attempt == record.attempt and kept.state == 'done'
end

local function failed(job, record, failure, stack)
    local message = job.broken or failure
    record.state, record.finished = 'failed', now()
    record.error, record.stack = cut(message, ERROR_BYTES_MAX), cut(stack, STACK_BYTES_MAX)
    -- On an instance that is no master any more it stays `running`, and is told as interrupted.
    if job.lost() == nil then
        pcall(records.put, record)
    end
    return message, record.stack
end

-- `job` says what runs and who may break it off: `worker`, `broken`, `lost()`. `wanted`: {role, name, hash, piece, direction}.
-- True, or false, message and stack.
function step.run(job, wanted)
    local definition, why, stack = step.load(wanted.role, wanted.piece, wanted.direction)
    local record = {
        role = wanted.role, name = wanted.name, state = 'running', direction = wanted.direction, hash = wanted.hash, attempt = job.attempt,
        by = job.by, instance = box.info.uuid, epoch = job.epoch, whole = definition == nil or definition.whole, started = now(),
    }
    if definition == nil then
        return false, failed(job, record, why, stack)
    end
    local noted, failure = pcall(records.put, record)
    local objection = job.broken or job.lost()
    if not noted then
        return false, objection or tostring(failure)
    elseif objection ~= nil then
        record.whole = true
        return false, failed(job, record, objection)
    end
    local told = {role = wanted.role, name = wanted.name, direction = wanted.direction, progress = function(text) job.progress = cut(tostring(text), PROGRESS_BYTES_MAX) end}
    local ok, message, trace = life.run(definition.timeout or job.timeout, work, job, definition, record, told)
    ended(job)
    job.worker, job.progress = nil, nil
    if definition.whole then
        -- The end of the transaction decides, whatever was told of the fiber.
        ok = finished(record)
    elseif ok and job.lost() == nil then
        local written, refused = pcall(done, record)
        if not written then
            return false, ('it has ended, and its record could not be written: %s'):format(tostring(refused))
        end
    end
    if job.lost() ~= nil then
        return false, job.broken or job.lost()
    elseif not ok then
        return false, failed(job, record, message or 'it did not end', trace)
    end
    return true
end

return step
