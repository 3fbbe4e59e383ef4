-- The table of buckets, `_coterie_buckets`, and what they are cut into, `_coterie_sharding`: replicated like any other
-- space, and written by the master inside its lease. Who owns a bucket is said here and nowhere else. What each request
-- asks (state and generation of a bucket), how many are in which state, and which changed of late, is kept beside it by a
-- trigger, as users need no rights to look there; nothing is scanned but once, and no row is kept for the collector of garbage.
local fiber = require('fiber')
local uuid = require('uuid')
local raw_tuple = require('raw-tuple')
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
local states, generations, peers, attempts, readies = {}, {}, {}, {}, {}
local counts = {}
-- The buckets of the newest changes, in a ring. `version` is the number of the newest.
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
    changes[version % CHANGES_MAX + 1] = id
end

local function known(value)
    if value == nil then
        return nil
    end
    return value
end

-- `row`: a tuple, or a list of its fields; empty for none.
local function keep(id, row)
    states[id], generations[id] = row[2], tonumber(row[3])
    peers[id], attempts[id], readies[id] = known(row[4]), known(row[5]), known(row[6])
end

local function become(id, row)
    if states[id] then shift(states[id], -1) end
    keep(id, row)
    if states[id] then shift(states[id], 1) end
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
            become(list[i][1], list[i])
        end
    end
    undone[undo] = list
    box.on_rollback(undo)
    -- Tarantool keeps what watched a transaction for ever (2.6), so that is to keep nothing.
    box.on_commit(function()
        list, undone[undo] = nil, nil
    end)
    return list
end

local function changed(old, new)
    local id = (new or old)[1]
    table.insert(undo_list(), {id, states[id], generations[id], peers[id], attempts[id], readies[id]})
    become(id, new or {})
    -- Objects made for this call alone.
    raw_tuple.free(old)
    raw_tuple.free(new)
end

-- Nothing yields between the trigger and the end of the count: no change can come between.
local function watch(found)
    watched, states, generations, peers, attempts, readies, counts = found, {}, {}, {}, {}, {}, {}
    for _, row in found:pairs() do
        keep(row[1], row)
        shift(row[2], 1)
        raw_tuple.free(row)
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

-- State, generation and peer; nil for a bucket that was never here. The quick way, for each request.
function space.look(id)
    if watched == nil or box.space[BUCKETS] ~= watched then
        space.buckets()
    end
    return states[id], generations[id], peers[id]
end

-- The fields of the row of a bucket, whoever asks.
function space.get(id)
    local state = space.look(id)
    return state and {id, state, generations[id], peers[id], attempts[id], readies[id]}
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

local function ids_of(state, key, how)
    local found, ids = space.buckets(), {}
    local rows = found ~= nil and found.index[1]:select(key, how) or {}
    for _, row in ipairs(rows) do
        if row[2] == state then
            table.insert(ids, row[1])
        end
    end
    raw_tuple.free_all(rows)
    return ids
end

-- The first `limit` buckets in a state, after bucket `after`.
function space.of_state(state, limit, after)
    return ids_of(state, {state, after or 0}, {iterator = 'GT', limit = limit})
end

-- The last `limit`.
function space.last_of_state(state, limit)
    return ids_of(state, {state}, {iterator = 'REQ', limit = limit})
end

-- All that are owned here, in no order.
function space.owners()
    local ids = {}
    if space.buckets() ~= nil then
        for id, state in pairs(states) do
            if space.OWNS[state] then
                table.insert(ids, id)
            end
        end
    end
    return ids
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
        local id = changes[at % CHANGES_MAX + 1]
        if not seen[id] then
            seen[id] = true
            table.insert(result, id)
        end
    end
    table.sort(result)
    return result
end

-- Calls f(id, state, generation, peer) for each of `ids`, or of all that are here, in order of their numbers. Yields now and
-- then: what changes meanwhile may be seen or not. The state of one that is not there is nil.
function space.each(f, ids)
    local most = ids and #ids or space.buckets() ~= nil and space.need().count or 0
    for i = 1, most do
        local id = ids and ids[i] or i
        local state, generation, peer = space.look(id)
        if state ~= nil or ids ~= nil then
            f(id, state, generation, peer)
        end
        if i % YIELD_EVERY == 0 then
            fiber.yield()
        end
    end
end

return space
