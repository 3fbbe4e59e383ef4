-- What is kept of the steps of migrations: a replicated space, which whoever is the master next finds. The row of a step is
-- there before the step writes anything, so no copy has rows of a step without it.
local records = {}

local SPACE = '_coterie_migrations'
local FORMAT = {
    {name = 'role', type = 'string'}, {name = 'name', type = 'string'},
    {name = 'state', type = 'string'}, {name = 'direction', type = 'string'}, {name = 'hash', type = 'string'}, {name = 'attempt', type = 'string'},
    {name = 'by', type = 'string'}, {name = 'instance', type = 'string'}, {name = 'epoch', type = 'unsigned'}, {name = 'whole', type = 'boolean'}, {name = 'started', type = 'number'},
    {name = 'finished', type = 'number', is_nullable = true}, {name = 'error', type = 'string', is_nullable = true}, {name = 'stack', type = 'string', is_nullable = true},
}
local FIELDS = {}
for i, field in ipairs(FORMAT) do
    FIELDS[i] = field.name
end

local function space()
    local found = box.space[SPACE]
    return found ~= nil and found.index[0] ~= nil and found or nil
end

-- Only a master.
function records.ensure()
    if space() == nil then
        local made = box.schema.space.create(SPACE, {if_not_exists = true, format = FORMAT})
        made:create_index('primary', {parts = {{1, 'string'}, {2, 'string'}}, if_not_exists = true})
    end
end

local function as_record(row)
    local result = {}
    for i, name in ipairs(FIELDS) do
        result[name] = row[i] == nil and box.NULL or row[i]
    end
    return result
end

-- {role, name, state, direction, hash, attempt, by, instance, epoch, whole, started, finished, error, stack}; nil: never begun
-- here, or taken back. `state`: running, done, failed. `whole`: in a transaction, so that nothing stays of one that is not done.
function records.get(role, name)
    local there = space()
    local row = there ~= nil and there:get{role, name} or nil
    return row ~= nil and as_record(row) or nil
end

function records.put(record)
    local row = {}
    for i, name in ipairs(FIELDS) do
        row[i] = record[name] == nil and box.NULL or record[name]
    end
    space():replace(row)
end

function records.take(role, name)
    local there = space()
    if there ~= nil then
        there:delete{role, name}
    end
end

function records.all(limit)
    local result, there = setmetatable({}, {__serialize = 'seq'}), space()
    if there ~= nil then
        for _, row in there:pairs() do
            if #result == limit then
                break
            end
            table.insert(result, as_record(row))
        end
    end
    return result
end

return records
