-- What a client calls in place of a function of a role: it counts, and sees to mode, copies and time.
local clock = require('clock')
local lease = require('lease')
local quorum = require('lease.quorum')
local refusal = require('lease.refusal')
local figures = require('roles.figures')
local reading = require('roles.reading')
local timeout = require('roles.timeout')
local wrap = {}

local function finished(figure, began, ok, ...)
    figure.running = figure.running - 1
    figures.count(figure, clock.monotonic() - began)
    if not ok then
        figure.errors = figure.errors + 1
        figure.last_error, figure.last_error_at = tostring((...)), math.floor(clock.realtime() * 1000)
        error((...), 0)
    end
    return ...
end

-- Nothing was done: as calls of `coterie.fenced_call` are refused, so that routers and clients know whom to ask.
local function refuse_unless_master(name, figure, epoch)
    local objection = lease.objection(epoch, false)
    if objection == nil and not box.info.ro then
        return
    end
    figure.refused = figure.refused + 1
    if objection ~= nil then
        local facts = lease.facts()
        facts.asked = epoch
        refusal.raise(objection, facts, ("function '%s' writes, and %s"):format(name, lease.gated() or 'this instance may not write now'))
    end
    box.error{code = box.error.READONLY, reason = ("function '%s' writes, and this instance is read-only: call it on the master"):format(name)}
end

local function refuse_without_copies(name, figure)
    local known, failure = pcall(quorum.copies, {})
    if not known then
        failure = ("function '%s' answers when enough copies have what it wrote, and nobody has said how many: that is up to failover, which is off"):format(name)
    elseif box.is_in_txn() then
        known, failure = false, ("function '%s' waits for copies, so it cannot be called inside a transaction"):format(name)
    end
    if not known then
        figure.refused = figure.refused + 1
        error(failure, 0)
    end
end

local function unknown(sentence)
    return false, refusal.text('OUTCOME_UNKNOWN', lease.facts(), sentence)
end

local function written(epoch, copies, ok, ...)
    if ok and copies then
        local reached, failure = pcall(quorum.wait, {})
        if not reached then
            return false, failure
        end
    end
    if ok and lease.objection(epoch, true) ~= nil then
        return unknown('done here; this instance was no longer the master at the end')
    end
    return ok, ...
end

local function writing(name, definition, f, figure)
    return function(...)
        local epoch = lease.epoch()
        refuse_unless_master(name, figure, epoch)
        if definition.quorum then
            refuse_without_copies(name, figure)
        end
        figure.running = figure.running + 1
        local began = clock.monotonic()
        return finished(figure, began, written(epoch, definition.quorum, pcall(f, ...)))
    end
end

local function has_read(before, ...)
    reading.leave(before)
    return ...
end

local function reads(name, f, figure)
    local who = ("function '%s' is of mode read, and"):format(name)
    return function(...)
        figure.running = figure.running + 1
        local began = clock.monotonic()
        return finished(figure, began, has_read(reading.enter(who), pcall(f, ...)))
    end
end

local function in_time(entered, what, ok, ...)
    if timeout.leave(entered) and not ok then
        error(what, 0)
    end
    if not ok then
        error((...), 0)
    end
    return ...
end

-- What it had committed by then stays.
local function timed(name, definition, f)
    local sentence = ("function '%s' was broken off: it took longer than %g s"):format(name, definition.timeout)
    local what = definition.mode == 'read' and 'TIMED_OUT {}: ' .. sentence or 'OUTCOME_UNKNOWN {}: ' .. sentence
    return function(...)
        return in_time(timeout.enter(definition.timeout), what, pcall(f, ...))
    end
end

function wrap.of(definition, f)
    local name = definition.name
    local figure = figures.of(name)
    if definition.timeout ~= nil then
        f = timed(name, definition, f)
    end
    if definition.mode == 'read' then
        return reads(name, f, figure)
    end
    return writing(name, definition, f, figure)
end

return wrap
