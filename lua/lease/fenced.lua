-- A function that writes as the master of an epoch: it begins only where that is so, and what it answers counts only where
-- that is still so at its end. One that met a read-only instance has done nothing if nobody wrote a row meanwhile: then
-- whoever called may ask again, elsewhere.
local lease = require('lease')
local leadership = require('leadership')
local calls = require('lease.calls')
local refusal = require('lease.refusal')
local fenced = {}

local function refuse(epoch, objection)
    local facts = lease.facts()
    facts.asked = epoch
    refusal.raise(objection, facts, objection == 'WRONG_EPOCH' and 'this is not the master of that epoch' or lease.gated() or 'this instance may not write now')
end

-- Raises where a function may not begin. `but`: an objection that does not count.
function fenced.need(epoch, but)
    local objection = lease.objection(epoch, false)
    if objection ~= nil and objection ~= but then
        refuse(epoch, objection)
    end
end

-- For `answer`, which has to follow.
function fenced.begin()
    calls.begin()
    return box.info.lsn
end

-- The row of its own comes behind all that was being written.
local function wrote(lsn)
    return not pcall(box.session.su, 'admin', leadership.touch) or box.info.lsn ~= lsn
end

local function failed(epoch, lsn, failure)
    if type(failure) == 'cdata' and failure.code == box.error.READONLY and lease.objection(epoch, false) ~= nil then
        if wrote(lsn) then
            refusal.raise('OUTCOME_UNKNOWN', lease.facts(), 'the function was refused a write, and may have written before: ' .. failure.message)
        end
        refuse(epoch, lease.objection(epoch, false) or 'LEASE_EXPIRED')
    end
    refusal.pass_on(failure, lease.facts())
end

-- What the function answered (`ok, ...` of its pcall), or why that does not count. `lsn`: of `begin`.
function fenced.answer(epoch, lsn, ok, ...)
    calls.finish()
    if not ok then
        failed(epoch, lsn, (...))
    end
    if lease.objection(epoch, true) ~= nil then
        refusal.raise('OUTCOME_UNKNOWN', lease.facts(), 'done here; this instance was no longer the master at the end')
    end
    return ...
end

return fenced
