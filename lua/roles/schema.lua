-- Carries out what a role wants of the schema, on the instance that can be written: steps that the agent has worked out from
-- what is there, one statement after the other, then users and roles of the database, and who may call what. Each finds
-- what it would do done already where a process ended in the middle. A step that fails ends those of its space; the others go on.
local accounts = require('roles.accounts')
local clock = require('clock')
local fiber = require('fiber')
local log = require('log')
local owned = require('roles.owned')
local rights = require('roles.rights')
local steps = require('roles.steps')
local schema = {}

-- {hash, done, at, doing}: what is under way, or was done last.
local job
local ended = fiber.cond()

local function one(step, params)
    local space = box.space[step.space]
    local rows = space ~= nil and space.index[0] ~= nil and space.engine == 'memtx' and (', %d rows'):format(space:len()) or ''
    job.doing, job.since = step.sentence .. rows, clock.realtime()
    return pcall(steps.run, step, {role = params.roles[step.space], bodies = params.bodies})
end

local function work(params)
    owned.ensure()
    local broken = {}
    for _, step in ipairs(params.steps) do
        if not broken[step.space] then
            local ok, failure = one(step, params)
            if not ok then
                broken[step.space] = true
                log.error('schema of space %s: %s', step.space, tostring(failure))
                table.insert(job.failed, {space = step.space, message = ('%s: %s'):format(step.sentence, tostring(failure))})
            end
        end
    end
    job.doing = 'users and rights'
    -- null: another instance makes them.
    local people = params.accounts ~= nil and params.accounts or nil
    local unmade = people and accounts.make(people, job.failed)
    for _, failure in ipairs(rights.set(params.functions, params.bodies)) do
        table.insert(job.failed, {['function'] = failure.name, message = failure.message})
    end
    if people then
        job.waiting = accounts.grant(people, unmade, job.failed)
    end
end

-- For people; null = nothing is under way.
function schema.doing()
    if job == nil or job.done or job.doing == nil then
        return box.NULL
    end
    return ('%s, since %d s'):format(job.doing, math.max(0, math.floor(clock.realtime() - (job.since or clock.realtime()))))
end

-- {hash, steps, functions, accounts, roles by space, bodies of functions that indexes are made by, wait}: answers when it is done, or after `wait` seconds that it is not. Asked for the same hash
-- meanwhile it waits for what is under way.
function schema.apply(params)
    if box.info.ro then
        error('this instance is read-only', 0)
    end
    local deadline = clock.monotonic() + params.wait
    if job == nil or job.done then
        local mine = {hash = params.hash, done = false, waiting = 0, failed = setmetatable({}, {__serialize = 'seq'})}
        job = mine
        fiber.create(function()
            fiber.name('roles_schema')
            local ok, failure = pcall(work, params)
            mine.failure = not ok and tostring(failure) or nil
            mine.done = true
            ended:broadcast()
        end)
    end
    local mine = job
    while not mine.done and clock.monotonic() < deadline do
        ended:wait(deadline - clock.monotonic())
    end
    if mine.failure ~= nil then
        error(mine.failure, 0)
    end
    return {done = mine.done and mine.hash == params.hash, failed = mine.failed, waiting = mine.waiting, doing = schema.doing()}
end

return schema
