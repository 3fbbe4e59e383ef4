-- The console: Lua or SQL with a deadline and limits on what comes back. It runs without the JIT, so that code which
-- never yields is stopped too.
local clock = require('clock')
local limited = require('limited')
local plain = require('plain')
local database = require('database')
local run = {}

local BYTES_MAX = 2 * 1024 * 1024
local AT_ONCE_MAX = 8
local evaluations = limited.group()

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
    if evaluations.running >= AT_ONCE_MAX then
        error(('%d evaluations run already'):format(evaluations.running), 0)
    end
    local started = clock.monotonic()
    local budget = plain.budget(params.rows, BYTES_MAX)
    local answer = evaluations:call(params.timeout, params.language == 'sql' and sql or lua, params.code, budget)
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
