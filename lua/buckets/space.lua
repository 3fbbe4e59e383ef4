-- The table of buckets, `_coterie_buckets`, and what they are cut into, `_coterie_sharding`: replicated like any other
-- space, and written by the master inside its lease. Who owns a bucket is said here and nowhere else. What each request
-- asks (state and generation of a bucket), how many are in which state, and which changed of late, is kept beside it by a
-- trigger, as users need no rights to look there; nothing is scanned but once.
local fiber = require('fiber')
local uuid = require('uuid')
local refusal = require('lease.refusal')
local space = {COUNT_MAX = 100000}

local BUCKETS, SHARDING = '_coterie_buckets', '_coterie_sharding'
local FORMAT = {
    {'id', 'unsigned'}, {'state', 'string'}, {'generation', 'unsigned'}, {'peer', 'string', is_nullable = true},
    {'attempt', 'string', is_nullable = true}, {'ready', 'boolean', is_nullable = true},
}
local YIELD_EVERY = 1000
-- So many changes are remembered for those who ask what is new.
local CHANGES_MAX = 20000
-- Of this life of the process: versions of another one say nothing here.
local LIFE = uuid.str()

space.NAMES = {BUCKETS, SHARDING}
-- Whose rows these states are: one that owns lets reads through.
space.OWNS = {active = true, pinned = true, sending = true}

-- Of each bucket, by its number.
local states, generations = {}, {}
local counts = {}
-- Number of a change -> bucket. `version` is that of the newest.
local changes, version = {}, 0
-- The space that is watched.
local watched
-- {group, count}; it never changes.
local cut

local function shift(state, by)
    counts[state] = (counts[state] or 0) + by
end

local function note(id)
    version = version + 1
    changes[version] = id
    changes[version - CHANGES_MAX] = nil
end

local function become(id, before, after, generation)
    if before then shift(before, -1) end
    if after then shift(after, 1) end
    states[id], generations[id] = after, generation
    note(id)
end

-- By the trigger of a transaction: what it has to undo. One trigger each: Tarantool looks through all that there are
-- before it takes another one.
local undone = setmetatable({}, {__mode = 'k'})

local function undo_list()
    for _, trigger in pairs(box.on_rollback()) do
        if undone[trigger] ~= nil then
            return undone[trigger]
        end
    end
    local list = {}
    local function undo()
        for i = #list, 1, -1 do
            become(unpack(list[i], 1, 4))
        end
    end
    undone[undo] = list
    box.on_rollback(undo)
    return list
end

local function changed(old, new)
    local before, after, id = old and old[2], new and new[2], (new or old)[1]
    become(id, before, after, new and tonumber(new[3]))
    table.insert(undo_list(), {id, after, before, old and tonumber(old[3])})
end

-- Nothing yields between the trigger and the end of the count: no change can come between.
local function watch(found)
    watched, states, generations, counts = found, {}, {}, {}
    for _, row in found:pairs() do
        states[row[1]], generations[row[1]] = row[2], tonumber(row[3])
        shift(row[2], 1)
    end
    version = version + CHANGES_MAX
    for _, trigger in pairs(found:on_replace()) do
        if trigger == changed then
            return
        end
    end
    found:on_replace(changed)
end

-- The table, or nil. It may have come by replication, or be another one after a rebuild.
function space.buckets()
    local found = box.space ~= nil and box.space[BUCKETS] or nil
    if found == nil or found.index[0] == nil then
        return nil
    elseif found ~= watched then
        box.session.su('admin', watch, found)
    end
    return found
end

-- State and generation; nil for a bucket that was never here. The quick way, for each request.
function space.look(id)
    if watched == nil or box.space[BUCKETS] ~= watched then
        space.buckets()
    end
    return states[id], generations[id]
end

local function row_of(id)
    local found = space.buckets()
    return found ~= nil and found:get(id) or nil
end

-- The row of a bucket, whoever asks.
function space.get(id)
    return box.session.su('admin', row_of, id)
end

local function read_cut()
    local found = box.space ~= nil and box.space[SHARDING] or nil
    local row = found ~= nil and found.index[0] ~= nil and found:get(1) or nil
    return row and {group = row[2], count = tonumber(row[3])} or nil
end

-- {group, count}, or nil where this is no storage.
function space.sharding()
    if cut == nil and box.space ~= nil and box.space[SHARDING] ~= nil then
        cut = box.session.su('admin', read_cut)
    end
    return cut
end

function space.not_sharded()
    refusal.raise('NOT_SHARDED', {replicaset = box.info.cluster.uuid}, 'there are no buckets here: bootstrap sharding first')
end

function space.need()
    return space.sharding() or space.not_sharded()
end

-- Only a master; each step by itself, so that one that was interrupted is taken up again.
function space.ensure(group, count)
    if box.space[SHARDING] == nil or box.space[SHARDING].index[0] == nil then
        local made = box.schema.space.create(SHARDING, {if_not_exists = true})
        made:create_index('primary', {parts = {{1, 'unsigned'}}, if_not_exists = true})
    end
    if box.space[BUCKETS] == nil or box.space[BUCKETS].index[1] == nil then
        local made = box.schema.space.create(BUCKETS, {if_not_exists = true, format = FORMAT})
        made:create_index('primary', {parts = {{1, 'unsigned'}}, if_not_exists = true})
        made:create_index('state', {parts = {{2, 'string'}, {1, 'unsigned'}}, if_not_exists = true})
    end
    local present = space.sharding()
    if present == nil then
        box.space[SHARDING]:insert({1, group, count})
    elseif present.group ~= group or present.count ~= count then
        refusal.raise('REFUSED', present, ('this storage is of group %s with %d buckets, not of %s with %d'):format(present.group, present.count, group, count))
    end
    space.buckets()
end

-- What the bootstrap made, as text; nil = it has not ended here.
function space.founded(text)
    if text ~= nil then
        box.space[SHARDING]:replace({2, text})
    end
    local row = box.space[SHARDING]:get(2)
    return row and row[2] or nil
end

function space.counts()
    space.buckets()
    local result = {}
    for state, count in pairs(counts) do
        result[state] = count > 0 and count or nil
    end
    return result
end

function space.owned()
    local of = space.counts()
    return (of.active or 0) + (of.pinned or 0) + (of.sending or 0)
end

function space.count(state)
    return space.buckets() ~= nil and counts[state] or 0
end

-- The first `limit` rows of buckets in a state, after bucket `after`.
function space.of_state(state, limit, after)
    local found = space.buckets()
    local rows = found ~= nil and found.index[1]:select({state, after or 0}, {iterator = 'GT', limit = limit}) or {}
    for i = #rows, 1, -1 do
        if rows[i][2] == state then
            break
        end
        rows[i] = nil
    end
    return rows
end

-- The last `limit`.
function space.last_of_state(state, limit)
    local found = space.buckets()
    return found ~= nil and found.index[1]:select({state}, {iterator = 'REQ', limit = limit}) or {}
end

-- Where this table stands now, for `space.since`.
function space.version()
    return ('%s:%d'):format(LIFE, version)
end

-- The buckets that changed after that version, in order; nil where that is not known.
function space.since(text)
    local life, number = tostring(text):match('^(.*):(%d+)$')
    number = tonumber(number)
    if life ~= LIFE or number > version or version - number >= CHANGES_MAX then
        return nil
    end
    local seen, result = {}, {}
    for at = number + 1, version do
        local id = changes[at]
        if id ~= nil and not seen[id] then
            seen[id] = true
            table.insert(result, id)
        end
    end
    table.sort(result)
    return result
end

-- Calls f(row) for each, in order of their numbers. Yields now and then: what changes meanwhile may be seen or not.
function space.each(f)
    local found, seen = space.buckets(), 0
    if found == nil then
        return
    end
    for _, row in found:pairs() do
        f(row)
        seen = seen + 1
        if seen % YIELD_EVERY == 0 then
            fiber.yield()
        end
    end
end

return space
