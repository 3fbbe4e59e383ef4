-- The console: Lua or SQL with a deadline and limits on what comes back. It runs without the JIT, so that code which
-- never yields is stopped too.
local clock = require('clock')
local limited = require('limited')
local plain = require('plain')
local database = require('database')
local room = require('console.room')
local read_sql = require('console.sql')
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

local function lua(code, budget, read_only)
    local chunk = compiled(code)
    if read_only then
        setfenv(chunk, room.make())
    end
    local returned = {chunk()}
    local count = table.maxn(returned)
    local values = setmetatable({}, {__serialize = 'seq'})
    for i = 1, count do
        values[i] = plain.of(returned[i], budget, 0)
    end
    return {values = values, columns = box.NULL}
end

local function sql(code, budget, read_only)
    database.need()
    if read_only then
        read_sql.check(code)
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

-- {language, code, timeout, rows, bytes?, read_only?}
function run.eval(params)
    if evaluations.running >= AT_ONCE_MAX then
        error(('%d evaluations run already'):format(evaluations.running), 0)
    end
    local started = clock.monotonic()
    local budget = plain.budget(params.rows, math.min(params.bytes or BYTES_MAX, BYTES_MAX))
    local answer = evaluations:call(params.timeout, params.language == 'sql' and sql or lua, params.code, budget, params.read_only == true)
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
