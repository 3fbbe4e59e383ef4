-- The console: Lua or SQL with a deadline and limits on what comes back. Code that never yields is stopped too: it
-- runs without the JIT, so that a hook sees the deadline pass.
local fiber = require('fiber')
local clock = require('clock')
local plain = require('plain')
local database = require('database')
local run = {}

local BYTES_MAX = 2 * 1024 * 1024
local AT_ONCE_MAX = 8
local HOOK_INSTRUCTIONS = 100000
local deadlines = {}
local running = 0

-- LuaJIT has one hook for all coroutines: it asks whose turn it is. Once a deadline has passed it comes after every
-- instruction, so that no pcall in the code outlives it.
local function hook()
    local deadline = deadlines[fiber.self().id()]
    if deadline ~= nil and clock.monotonic() > deadline then
        debug.sethook(hook, '', 1)
        error('the deadline has passed', 0)
    end
end

local function compiled(code)
    local chunk, failure = loadstring('return ' .. code, '=console')
    if chunk == nil then
        chunk, failure = loadstring(code, '=console')
    end
    if chunk == nil then
        error(failure, 0)
    end
    jit.off(chunk, true)
    return chunk
end

local function lua(code, budget)
    local returned = {compiled(code)()}
    local count = table.maxn(returned)
    local values = setmetatable({}, {__serialize = 'seq'})
    for i = 1, count do
        values[i] = plain.of(returned[i], budget, 0)
    end
    return {values = values, columns = box.NULL}
end

local function sql(code, budget)
    if not database.configured() then
        error('the database is not configured yet', 0)
    end
    local result, failure = box.execute(code)
    if result == nil then
        error(tostring(failure), 0)
    end
    if result.rows == nil then
        return {values = setmetatable({plain.of(result, budget)}, {__serialize = 'seq'}), columns = box.NULL}
    end
    local columns = setmetatable({}, {__serialize = 'seq'})
    for i, column in ipairs(result.metadata) do
        columns[i] = {name = column.name, type = column.type}
    end
    return {values = plain.of(result.rows, budget), columns = columns}
end

function run.eval(params)
    if running >= AT_ONCE_MAX then
        error(('%d evaluations run already'):format(running), 0)
    end
    local started = clock.monotonic()
    local deadline = started + params.timeout
    local done = fiber.channel(1)
    local budget = plain.budget(params.rows, BYTES_MAX)
    running = running + 1
    local worker = fiber.new(params.language == 'sql' and sql or lua, params.code, budget)
    local id = worker:id()
    worker:set_joinable(true)
    deadlines[id] = deadline
    debug.sethook(hook, '', HOOK_INSTRUCTIONS)
    fiber.create(function()
        local ok, result = worker:join()
        deadlines[id] = nil
        running = running - 1
        debug.sethook(running > 0 and hook or nil, '', HOOK_INSTRUCTIONS)
        done:put({ok = ok, result = result}, 0)
    end)
    local answer = done:get(math.max(deadline - clock.monotonic(), 0.001))
    if answer == nil then
        pcall(worker.cancel, worker)
        answer = {ok = false, result = ('not done within %d ms; cancelled'):format(params.timeout * 1000)}
    end
    local took = (clock.monotonic() - started) * 1000
    if not answer.ok then
        return {ok = false, values = setmetatable({}, {__serialize = 'seq'}), columns = box.NULL, error = tostring(answer.result), truncated = false, tookMs = took}
    end
    return {ok = true, values = answer.result.values, columns = answer.result.columns, error = box.NULL, truncated = budget.truncated, tookMs = took}
end

-- Syntax only; nothing is run. Answers the first fault of each chunk that has one.
function run.check_lua(params)
    local faults = plain.map({})
    for name, code in pairs(params.chunks) do
        local chunk, failure = loadstring(code, '=' .. name)
        if chunk == nil then
            faults[name] = failure
        end
    end
    return {faults = faults}
end

return run
