-- Migrations of roles in an instance: what an agent may order over the control socket, and what is told of them. docs/roles.md.
local state = require('roles.state')
local records = require('migrations.records')
local run = require('migrations.run')
local open = {}

local RECORDS_MAX = 10000
local STOPPED_TOLD_MAX = 20

local function each(f)
    for _, name in ipairs(state.order) do
        for _, migration in ipairs(state.entries[name].role.migrations or {}) do
            f(name, migration)
        end
    end
end

-- All there is to know: the steps of this instance's roles, in the order in which they run, and what became of them.
local function list()
    local steps = setmetatable({}, {__serialize = 'seq'})
    each(function(role, migration)
        table.insert(steps, {role = role, name = migration.name, number = migration.number, hash = migration.hash, file = migration.up.file, down = migration.down ~= nil})
    end)
    return {readOnly = box.info.ro, code = state.begun or box.NULL, steps = steps, records = records.all(RECORDS_MAX), run = run.told()}
end

open.methods = {migrations_list = list, migrations_begin = run.begin, migrations_abort = run.abort, migrations_mark = run.mark}

-- Short, as it is told each second; of a master that has any. null: nothing to tell.
function open.told()
    if box.info.ro then
        return box.NULL
    end
    local pending, stopped, any = 0, setmetatable({}, {__serialize = 'seq'}), false
    each(function(role, migration)
        any = true
        local record = records.get(role, migration.name)
        if record == nil then
            pending = pending + 1
        elseif record.state ~= 'done' and not run.runs(role, migration.name, record.attempt) and #stopped < STOPPED_TOLD_MAX then
            local message = record.state == 'failed' and record.error or box.NULL
            table.insert(stopped, {role = role, name = migration.name, state = record.state == 'failed' and 'failed' or 'interrupted', message = message, at = record.finished or record.started})
        end
    end)
    if not any and not run.busy() then
        return box.NULL
    end
    local told = run.told()
    return {pending = pending, stopped = stopped, running = run.busy() and {role = told.role, name = told.name, since = told.at} or box.NULL}
end

return open
