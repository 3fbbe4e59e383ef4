-- Keys, values and revisions. A transaction reads and writes without a yield, then waits for the disk; whoever reads
-- meanwhile sees what may not be kept, so every answer waits until all that it was made from is on disk.
local fiber = require('fiber')
local watch = require('stateboard.watch')
local store = {}

-- Revisions jump at a start: should the files be an older copy, no revision that was given before is given twice.
local RESTART_STEP = 1048576

local entries, meta
-- The newest revision that was given, and the newest whose fate is known.
local given, decided = 0, 0
-- Transactions that the disk refused.
local failures = 0
local changed = fiber.cond()

-- Each step by itself: a first start that was killed in the middle is taken up again.
local function ensure_schema()
    entries = box.schema.space.create('state', {if_not_exists = true, format = {
        {'key', 'string'}, {'value', 'string'}, {'revision', 'unsigned'}, {'session', 'string', is_nullable = true},
    }})
    entries:create_index('key', {if_not_exists = true, parts = {{'key', 'string'}}})
    entries:create_index('session', {if_not_exists = true, parts = {{'session', 'string', is_nullable = true}}, unique = false})
    meta = box.schema.space.create('meta', {if_not_exists = true, format = {{'name', 'string'}, {'value', 'unsigned'}}})
    meta:create_index('name', {if_not_exists = true, parts = {{'name', 'string'}}})
    local sessions = box.schema.space.create('sessions', {if_not_exists = true, format = {{'id', 'string'}, {'ttl', 'number'}}})
    sessions:create_index('id', {if_not_exists = true, parts = {{'id', 'string'}}})
end

-- True when there was nothing before.
function store.open()
    ensure_schema()
    local fresh = meta:get('revision') == nil
    if fresh then
        meta:insert({'revision', 1})
    end
    local last = tonumber(meta:get('revision').value)
    given = fresh and last or last + RESTART_STEP
    decided = given
    watch.begin(last, given)
    return fresh
end

function store.revision()
    return decided
end

-- What `read` finds, once all of it is on disk.
local function stable(read)
    while true do
        local result = read()
        local seen, before = given, failures
        while decided < seen and failures == before do
            changed:wait(1)
        end
        if failures == before then
            return result
        end
    end
end

local function shown(tuple)
    return tuple and {value = tuple.value, revision = tuple.revision} or box.NULL
end

local function revision_of(key)
    local tuple = entries:get(key)
    return tuple and tonumber(tuple.revision) or nil
end

-- Runs `change(revision)`, which writes and returns what became of which key; no yield until the commit.
local function commit(change)
    given = given + 1
    local revision = given
    box.begin()
    local ok, result = pcall(function()
        local batch = change(revision)
        meta:replace({'revision', revision})
        box.on_commit(function()
            decided = revision
            watch.publish(revision, batch)
            changed:broadcast()
        end)
    end)
    if ok then
        ok, result = pcall(box.commit)
    else
        box.rollback()
    end
    if not ok then
        decided = math.max(decided, revision)
        failures = failures + 1
        changed:broadcast()
        error(result, 0)
    end
    return revision
end

function store.look(keys, prefix, limit)
    return stable(function()
        local result = {revision = given, entries = setmetatable({}, {__serialize = 'seq'})}
        for _, key in ipairs(keys) do
            local tuple = entries:get(key)
            if tuple ~= nil then
                table.insert(result.entries, {tuple.key, tuple.value, tuple.revision})
            end
        end
        if prefix ~= nil then
            for _, tuple in entries.index.key:pairs(prefix, {iterator = 'GE'}) do
                if tuple.key:sub(1, #prefix) ~= prefix or #result.entries > limit then
                    break
                end
                table.insert(result.entries, {tuple.key, tuple.value, tuple.revision})
            end
        end
        return result
    end)
end

local function write(batch, key, value, revision, session)
    entries:replace({key, value, revision, session or box.NULL})
    table.insert(batch, {key, value})
end

local function holds(conditions)
    for _, condition in ipairs(conditions) do
        if revision_of(condition.key) ~= (condition.revision ~= nil and tonumber(condition.revision) or nil) then
            return false
        end
    end
    return true
end

-- See `Transaction` in state/client/backend.ts.
function store.transact(order)
    local at = order.slot.revision ~= nil and tonumber(order.slot.revision) or nil
    if revision_of(order.slot.key) ~= at then
        return stable(function()
            return {kind = 'moved', slot = shown(entries:get(order.slot.key))}
        end)
    end
    for _, put in ipairs(order.put) do
        if put.session ~= nil and box.space.sessions:get(put.session) == nil then
            return {kind = 'no_session', key = put.key}
        end
    end
    local found = setmetatable({}, {__serialize = 'seq'})
    local done = holds(order.when)
    if not done then
        for _, condition in ipairs(order.when) do
            local tuple = entries:get(condition.key)
            if tuple ~= nil then
                table.insert(found, {tuple.key, tuple.value, tuple.revision})
            end
        end
    end
    local revision = commit(function(revision)
        local batch = {}
        for _, key in ipairs(done and order.remove or {}) do
            if entries:delete(key) ~= nil then
                table.insert(batch, {key})
            end
        end
        for _, put in ipairs(done and order.put or {}) do
            write(batch, put.key, put.value, revision, put.session)
        end
        write(batch, order.slot.key, order.id .. (done and ' done' or ' refused'), revision)
        return batch
    end)
    return {kind = done and 'done' or 'refused', revision = revision, found = found}
end

-- The keys of a session that is over go with it.
function store.forget_session(id)
    commit(function()
        local batch = {}
        for _, tuple in entries.index.session:pairs(id) do
            table.insert(batch, {tuple.key})
        end
        for _, row in ipairs(batch) do
            entries:delete(row[1])
        end
        box.space.sessions:delete(id)
        return batch
    end)
end

return store
