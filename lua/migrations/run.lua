-- A run of migrations on the master of a replicaset: some steps, one after the other, up to the first that fails. That it is
-- under way is the lock: it is kept in memory, so it ends with its fiber or its process.
local clock = require('clock')
local fiber = require('fiber')
local log = require('log')
local database = require('database')
local lease = require('lease')
local leadership = require('leadership')
local quorum = require('lease.quorum')
local state = require('roles.state')
local records = require('migrations.records')
local step = require('migrations.step')
local run = {}

local LOOK_SECONDS = 0.05
local COPIES_SECONDS = 10
-- The one that is under way, or was the last.
local job

local function now()
    return math.floor(clock.realtime() * 1000)
end

function run.busy()
    return job ~= nil and not job.done
end

function run.runs(role, name, attempt)
    return run.busy() and job.role == role and job.name == name and job.attempt == attempt
end

local function refuse(code, sentence)
    error(('%s %s'):format(code, sentence), 0)
end

local function need_master(epoch)
    if not database.configured() then
        refuse('NO_DATABASE', 'the database is not configured yet')
    elseif box.info.ro or lease.objection(epoch, false) ~= nil then
        refuse('NOT_MASTER', ('this instance may not write now%s'):format(lease.gated() and ': ' .. lease.gated() or ''))
    end
end

-- nil: nothing.
function run.doing()
    if run.busy() then
        return job.name ~= nil and ('step %s of role %s'):format(job.name, job.role) or 'its first step'
    end
end

-- One at a time.
function run.need_idle()
    if run.busy() then
        refuse('BUSY', ("%s runs %s here since %s UTC%s: wait for it, or abort it"):format(job.by, run.doing(), os.date('!%H:%M:%S', math.floor(job.at / 1000)), job.broken and ', and is being broken off' or ''))
    end
end

-- What a plan took for granted of a step, as it is now.
function run.standing(role, name)
    local record = records.get(role, name)
    return record ~= nil and ('%s %s'):format(record.state, record.attempt) or nil
end

local function migration_of(role, name)
    local entry = state.entries[role]
    if entry == nil or entry.unloaded then
        refuse('NO_ROLE', ('role %s does not run here'):format(role))
    end
    for _, migration in ipairs(entry.role.migrations or {}) do
        if migration.name == name then
            return migration
        end
    end
    refuse('NO_STEP', ('role %s has no step %s here'):format(role, name))
end

local function resolved(asked, direction)
    local migration = migration_of(asked.role, asked.name)
    local piece = direction == 'down' and migration.down or migration.up
    if migration.hash ~= asked.hash then
        refuse('CHANGED', ('step %s of role %s has another text here'):format(asked.name, asked.role))
    elseif piece == nil then
        refuse('NO_STEP', ('step %s of role %s has no way back'):format(asked.name, asked.role))
    end
    run.need_standing(asked)
    return {role = asked.role, name = asked.name, hash = asked.hash, piece = piece, direction = direction}
end

function run.need_standing(asked)
    local planned = asked.standing ~= nil and asked.standing or nil
    if run.standing(asked.role, asked.name) ~= planned then
        refuse('CHANGED', ('step %s of role %s is not as it was when this was planned'):format(asked.name, asked.role))
    end
end

-- Where failover asks for copies a step counts when they have it.
local function await_copies()
    if pcall(quorum.copies, {}) then
        local reached, failure = pcall(quorum.wait, {timeout = COPIES_SECONDS})
        if not reached then
            return tostring(failure)
        end
    end
end

local function watch(mine)
    fiber.name('migrations')
    while not mine.done do
        local why = mine.broken or mine.lost()
        if why ~= nil then
            step.break_off(mine, why)
            fiber.sleep(LOOK_SECONDS)
        else
            pcall(box.ctl.wait_ro, LOOK_SECONDS)
        end
    end
end

local function work(mine, steps)
    records.ensure()
    fiber.create(watch, mine)
    for _, wanted in ipairs(steps) do
        local why = mine.broken or mine.lost()
        if why ~= nil then
            mine.failure = {role = wanted.role, name = wanted.name, message = why, stack = box.NULL, begun = false}
            return
        end
        mine.role, mine.name, mine.since = wanted.role, wanted.name, now()
        local ok, message, stack = step.run(mine, wanted)
        if ok then
            table.insert(mine.ran, {role = wanted.role, name = wanted.name, tookMs = now() - mine.since})
            message = await_copies()
            ok = message == nil
        end
        if not ok then
            log.error('migration %s of role %s: %s', wanted.name, wanted.role, tostring(message))
            mine.failure = {role = wanted.role, name = wanted.name, message = message, stack = stack or box.NULL, begun = true}
            return
        end
    end
end

local function lost_of(mine)
    return function()
        if leadership.freezes ~= mine.freezes or lease.epoch() ~= mine.epoch or box.info.ro then
            return 'this instance stopped being the master'
        elseif lease.objection(mine.epoch, true) ~= nil then
            return 'the lease of this master has ended'
        end
    end
end

-- {attempt, by, direction, steps = {{role, name, hash, standing}}, timeout, dry}: begins it; asked again for the same attempt
-- it does nothing. `dry`: only what could be refused, and the files are read.
function run.begin(params)
    if job ~= nil and job.attempt == params.attempt then
        return {}
    end
    need_master(lease.epoch())
    run.need_idle()
    local steps = {}
    for i, asked in ipairs(params.steps) do
        steps[i] = resolved(asked, params.direction)
    end
    if params.dry then
        for _, wanted in ipairs(steps) do
            local definition, why = step.load(wanted.role, wanted.piece, wanted.direction)
            if definition == nil then
                refuse('BAD_STEP', why)
            end
        end
        return {}
    end
    local mine = {attempt = params.attempt, by = params.by, direction = params.direction, timeout = params.timeout, at = now(), epoch = lease.epoch(), freezes = leadership.freezes, ran = setmetatable({}, {__serialize = 'seq'}), done = false}
    mine.lost = lost_of(mine)
    job = mine
    fiber.create(function()
        fiber.name('migrations')
        local ok, failure = pcall(work, mine, steps)
        if not ok then
            mine.failure = {role = mine.role or box.NULL, name = mine.name or box.NULL, message = tostring(failure), stack = box.NULL, begun = mine.name ~= nil}
        end
        mine.done = true
    end)
    return {}
end

-- {by}: at its next yield. False: nothing runs.
function run.abort(params)
    if not run.busy() then
        return {aborted = false}
    end
    step.break_off(job, ('aborted by %s'):format(params.by))
    return {aborted = true}
end

-- null: none since the process began.
function run.told()
    if job == nil then
        return box.NULL
    end
    return {
        attempt = job.attempt, by = job.by, direction = job.direction, at = job.at, done = job.done, ran = job.ran,
        role = job.role or box.NULL, name = job.name or box.NULL, since = job.since or box.NULL, progress = job.progress or box.NULL,
        broken = job.broken or box.NULL, failure = job.failure or box.NULL,
    }
end

-- Writes the record of a step by hand. {role, name, as, hash, standing, by}
function run.mark(params)
    need_master(lease.epoch())
    run.need_idle()
    run.need_standing(params)
    records.ensure()
    if params.as == 'pending' then
        records.take(params.role, params.name)
    else
        local at = now()
        records.put{role = params.role, name = params.name, state = 'done', direction = 'up', hash = params.hash, attempt = params.attempt, by = params.by, instance = box.info.uuid, epoch = lease.epoch(), whole = false, started = at, finished = at}
    end
    return {}
end

return run
