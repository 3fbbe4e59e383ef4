-- Lost rows written again, into the present master. A row whose key has another row now is a conflict: nobody but a
-- person knows which of them is right. Rows of one transaction are written together or not at all. A dry run does the
-- same and takes it back; what its batches before have done stands in the session, as what a real one has written does.
local digest = require('digest')
local clock = require('clock')
local plain = require('plain')
local lease = require('lease')
local quorum = require('lease.quorum')
local refusal = require('lease.refusal')
local raw_tuple = require('raw-tuple')
local buckets = require('buckets.space')
local shards = require('buckets.shards')
local replay = {}

local KEYS_MAX = 200000
local OVERLAY_BYTES_MAX = 128 * 1024 * 1024
local SHOWN_BYTES = 16 * 1024
local SYSTEM_ID_MAX = 511
local OURS = {'^_coterie_', '^_bucket$', '^_vshard'}
-- Whoever sends may have died. The next batch of one that lives comes sooner: it is read within 30 s.
local IDLE_SECONDS = 60
-- {id, keys, count, bytes, used}: of the replay that goes on. `keys`: what it left of each row, bytes of the tuple or
-- false; of a real one only whether.
local session

local function reason(failure)
    return type(failure) == 'cdata' and failure.message or tostring(failure)
end

local function shown(tuple)
    return tuple ~= nil and plain.of(tuple, plain.budget(1000, SHOWN_BYTES)) or box.NULL
end

local function bytes_of(text)
    return text ~= nil and digest.base64_decode(text) or nil
end

local function space_of(row)
    local name = row.space
    if row.spaceId == nil or row.spaceId <= SYSTEM_ID_MAX then
        return nil, 'it is a row of the schema: what it changes has to be changed by hand'
    end
    for _, pattern in ipairs(OURS) do
        if name:find(pattern) then
            return nil, ('%s is kept by the cluster itself'):format(name)
        end
    end
    local space = name == ('#%d'):format(row.spaceId) and box.space[row.spaceId] or box.space[name]
    if space == nil or space.index[0] == nil then
        return nil, ('there is no space %s'):format(name)
    end
    return space
end

-- Why a row of a space that is cut into buckets has no place here: nobody would find it, and its bucket's next coming
-- deletes it. nil = it has.
local function not_here(space, tuple)
    local shard = buckets.sharding() ~= nil and shards.named(space.name) or nil
    local bucket = shard ~= nil and tonumber(tuple[shard.field]) or nil
    if bucket ~= nil and not buckets.OWNS[buckets.look(bucket)] then
        local row = buckets.get(bucket)
        return ('bucket %d is not here%s: what became of it there has to be looked at by hand'):format(bucket, row ~= nil and row[4] ~= nil and (', but at ' .. row[4]) or '')
    end
end

-- {space, key (bytes), id, tuple?, operations?}, or nil and why nothing can be done with it.
local function task_of(row)
    local space, why = space_of(row)
    if space == nil then
        return nil, why
    end
    local raw = row.raw or {}
    local task = {kind = row.operation, space = space}
    local key, tuple, operations = bytes_of(raw.key), bytes_of(raw.tuple), bytes_of(raw.operations)
    local ok, failure = pcall(function()
        if task.kind == 'INSERT' or task.kind == 'REPLACE' or task.kind == 'UPSERT' then
            task.tuple = raw_tuple.of(tuple)
            key = raw_tuple.key(tuple, space.index[0].parts)
        end
        if task.kind == 'UPSERT' then
            task.operations = raw_tuple.operations(operations, row.indexBase)
        elseif task.kind == 'UPDATE' then
            task.operations = raw_tuple.operations(tuple, row.indexBase)
        end
        task.key = raw_tuple.of(key)
    end)
    if not ok then
        return nil, ('it cannot be read: %s'):format(reason(failure))
    end
    task.id = ('%d:%s'):format(space.id, key)
    local elsewhere = task.tuple ~= nil and not_here(space, task.tuple)
    if elsewhere then
        return nil, elsewhere
    end
    return task
end

local perform = {}
function perform.INSERT(task)
    return task.space:replace(task.tuple)
end
perform.REPLACE = perform.INSERT
function perform.UPSERT(task)
    task.space:upsert(task.tuple, task.operations)
    return task.space:get(task.key)
end
function perform.UPDATE(task, present)
    if present == nil then
        error('the row that it changes is not there', 0)
    end
    return task.space:update(task.key, task.operations)
end
function perform.DELETE(task)
    task.space:delete(task.key)
end

local function same(a, b)
    return raw_tuple.bytes(a) == raw_tuple.bytes(b)
end

-- Left there by this replay and by nobody else since.
local function left_by_us(task, present)
    local left = session.keys[task.id]
    return left ~= nil and (left or nil) == (session.dry and raw_tuple.bytes(present) or session.stamp(present))
end

local function try(task, conflict)
    local present = task.space:get(task.key)
    local wanted = perform[task.kind](task, present)
    if same(present, wanted) then
        return {outcome = 'same'}
    elseif present == nil or left_by_us(task, present) then
        return {outcome = 'applied'}
    end
    return {outcome = conflict == 'overwrite' and 'overwritten' or 'conflict', present = shown(present), wanted = shown(wanted)}
end

local WRITTEN = {applied = true, overwritten = true, same = true}

-- What was done to rows by batches of this dry run that were taken back.
local function put_back(task)
    local left = session.keys[task.id]
    if left == nil or session.standing[task.id] then
        return
    end
    session.standing[task.id] = true
    if left then
        task.space:replace(raw_tuple.of(left))
    else
        task.space:delete(task.key)
    end
end

local function keep(task)
    local present = task.space:get(task.key)
    local left
    if session.dry then
        left = raw_tuple.bytes(present) or false
        session.bytes = session.bytes + (left and #left or 0)
        session.standing[task.id] = true
    else
        left = session.stamp(present) or false
    end
    if session.keys[task.id] == nil then
        session.count = session.count + 1
    end
    session.keys[task.id] = left
end

local function refused(outcome, why)
    outcome.outcome, outcome.why = 'refused', why
end

-- The rows of one transaction: all or none. Answers whether they stand.
local function unit_done(unit, conflict)
    local held = box.savepoint()
    local whole = true
    for _, one in ipairs(unit) do
        if one.task == nil then
            whole = false
        else
            local ok, result = pcall(try, one.task, conflict)
            if ok then
                one.outcome.outcome, one.outcome.present, one.outcome.wanted = result.outcome, result.present, result.wanted
            else
                refused(one.outcome, reason(result))
            end
            whole = whole and WRITTEN[one.outcome.outcome] == true
        end
    end
    if whole then
        for _, one in ipairs(unit) do
            keep(one.task)
        end
        return
    end
    box.rollback_to_savepoint(held)
    for _, one in ipairs(unit) do
        local outcome = one.outcome.outcome
        if outcome == 'applied' or outcome == 'overwritten' then
            one.outcome.outcome, one.outcome.why = 'withheld', 'another row of its transaction was not written'
        end
    end
end

-- Consecutive rows of one transaction, with the engine that they need.
local function units_of(rows)
    local units, last = {}, nil
    for _, row in ipairs(rows) do
        local outcome = {number = row.number}
        local task, why = task_of(row)
        if task == nil then
            refused(outcome, why)
        elseif perform[row.operation] == nil then
            task = nil
            refused(outcome, 'it changes no row')
        end
        local unit = units[#units]
        local transaction = row.transaction ~= nil and ('%d:%d'):format(row.origin, row.transaction) or nil
        if unit == nil or transaction == nil or transaction ~= last then
            unit = {}
            table.insert(units, unit)
        end
        last = transaction
        unit.engine = unit.engine or task and task.space.engine
        table.insert(unit, {task = task, outcome = outcome})
    end
    return units
end

-- Units of one engine in one transaction. Nothing yields in it where that is memtx.
local function transaction(units, conflict)
    local ok, failure = pcall(function()
        box.begin()
        session.standing = {}
        if session.dry then
            for _, unit in ipairs(units) do
                for _, one in ipairs(unit) do
                    if one.task ~= nil then
                        put_back(one.task)
                    end
                end
            end
        end
        for _, unit in ipairs(units) do
            unit_done(unit, conflict)
        end
        if session.dry then
            box.rollback()
        else
            box.commit()
        end
    end)
    if not ok then
        box.rollback()
        for _, unit in ipairs(units) do
            for _, one in ipairs(unit) do
                if WRITTEN[one.outcome.outcome] or one.outcome.outcome == nil then
                    refused(one.outcome, ('its batch was taken back: %s'):format(reason(failure)))
                end
                if one.task ~= nil then
                    session.keys[one.task.id] = nil
                end
            end
        end
    end
end

local function session_for(params)
    local now = clock.monotonic()
    if params.first then
        if session ~= nil and session.id ~= params.session and now - session.used < IDLE_SECONDS and not session.over then
            local left = math.ceil(IDLE_SECONDS - (now - session.used))
            refusal.raise('REFUSED', {session = session.id}, ('another replay goes on here, or was broken off; in that case a new one may begin in %d s'):format(left))
        end
        session = {
            id = params.session, dry = params.dryRun, keys = {}, standing = {}, count = 0, bytes = 0,
            stamp = function(tuple)
                local bytes = raw_tuple.bytes(tuple)
                return bytes and digest.md5(bytes)
            end,
        }
    elseif session == nil or session.id ~= params.session or session.dry ~= params.dryRun then
        refusal.raise('REFUSED', {session = params.session}, 'this replay is not known here: the database was restarted, or another one began. Begin anew: rows that are written already are the same then')
    end
    if session.count > KEYS_MAX or session.bytes > OVERLAY_BYTES_MAX then
        refusal.raise('REFUSED', {rows = session.count}, 'too many rows for one replay: do it in parts')
    end
    session.used, session.over = now, params.last == true
end

-- {session, first, last, dryRun, conflict, rows, timeout} -> {outcomes, unsure}. `unsure`: a sentence, where the rows are
-- written here and may not last.
function replay.batch(params)
    if box.info.ro then
        -- Its sender ends it here, so it keeps nobody else waiting.
        if session ~= nil and session.id == params.session then
            session = nil
        end
        refusal.raise('REFUSED', {epoch = lease.known()}, 'this instance may not write now: it is not the master')
    end
    session_for(params)
    local units = units_of(params.rows)
    local from = 1
    while from <= #units do
        local upto, engine = from, units[from].engine
        while upto < #units and (units[upto + 1].engine == nil or engine == nil or units[upto + 1].engine == engine) do
            upto = upto + 1
            engine = engine or units[upto].engine
        end
        transaction({unpack(units, from, upto)}, params.conflict)
        from = upto + 1
    end
    local outcomes = setmetatable({}, {__serialize = 'seq'})
    for _, unit in ipairs(units) do
        for _, one in ipairs(unit) do
            table.insert(outcomes, one.outcome)
        end
    end
    local unsure
    if not params.dryRun then
        if box.info.ro then
            unsure = 'this instance was no longer the master when the rows were written'
        elseif #lease.acks() > 0 then
            local ok, failure = pcall(quorum.acknowledged, params.timeout)
            unsure = not ok and reason(failure) or nil
        end
    end
    if params.last or unsure ~= nil then
        session = nil
    end
    return {outcomes = outcomes, unsure = unsure or box.NULL}
end

return replay
