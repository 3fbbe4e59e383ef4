-- What users' functions and routers call, as the global `coterie` and by require('coterie').
--   coterie.fenced_call(epoch, name, args)     over iproto: CALL coterie.fenced_call
--   coterie.quorum_call(name, args, options)   over iproto: CALL coterie.quorum_call
--   coterie.quorum_wait{copies, timeout}       inside a function, after its commit
-- Rights: execute on the function coterie.fenced_call or quorum_call, and on the one that is named, as if that were called.
local lease = require('lease')
local quorum = require('lease.quorum')
local refusal = require('lease.refusal')
local coterie = {}

local EXECUTE = 4
local ROLES_DEEP = 16

-- Has this user, by itself or by its roles, the right to execute whatever there is?
local function runs_all(id, depth)
    for _, grant in box.space._priv:pairs({id}) do
        local kind, object, rights = grant[3], grant[4], grant[5]
        if kind == 'universe' and bit.band(tonumber(rights), EXECUTE) ~= 0 then
            return true
        elseif kind == 'role' and depth < ROLES_DEEP and runs_all(object, depth + 1) then
            return true
        end
    end
    return false
end

local function named(name)
    local found = _G
    for part in name:gmatch('[^.]+') do
        found = type(found) == 'table' and found[part] or nil
    end
    if type(found) ~= 'function' then
        box.error{code = box.error.NO_SUCH_PROC, reason = ("Procedure '%s' is not defined"):format(name)}
    end
    return found
end

-- A function that is registered checks the caller's rights itself. One that is not takes the right to execute all.
local function call(name, args)
    local registered = box.func[name]
    if registered ~= nil then
        return registered:call(args)
    end
    local user = box.session.effective_user and box.session.effective_user() or box.session.user()
    local id = box.session.euid()
    if not box.session.su('admin', runs_all, id, 0) then
        box.error(box.error.ACCESS_DENIED, 'Execute', 'function', name, user)
    end
    return named(name)(unpack(args))
end

local function answered(epoch, ok, ...)
    if not ok then
        error((...), 0)
    end
    if lease.objection(epoch, true) ~= nil then
        refusal.raise('OUTCOME_UNKNOWN', lease.facts(), 'done here; this instance was no longer the master at the end')
    end
    return ...
end

-- What connectors send: 64 bits or null may be cdata.
local function number(value)
    if value == nil then
        return nil
    end
    return type(value) == 'cdata' and tonumber(value) or value
end

local function begin(who, epoch, name, args)
    if type(epoch) ~= 'number' or type(name) ~= 'string' or (args ~= nil and type(args) ~= 'table') then
        error(who, 0)
    end
    local objection = lease.objection(epoch, false)
    if objection ~= nil then
        local facts = lease.facts()
        facts.asked = epoch
        refusal.raise(objection, facts, objection == 'WRONG_EPOCH' and 'this is not the master of that epoch' or lease.gated() or 'this instance may not write now')
    end
end

-- WRONG_EPOCH, LEASE_EXPIRED, GATED: nothing was done. OUTCOME_UNKNOWN: it was done, and may not last. Any other error is the function's.
function coterie.fenced_call(epoch, name, args)
    epoch = number(epoch)
    begin('fenced_call: epoch, name, {arguments}', epoch, name, args)
    return answered(epoch, pcall(call, name, args ~= nil and args or {}))
end

local function confirmed(epoch, options, ok, ...)
    if ok then
        quorum.wait(options)
    end
    return answered(epoch, ok, ...)
end

-- As fenced_call, and answers only when enough copies have all that is committed here by then: the policy of failover, or
-- `copies`. Without `epoch` it is that of now. Functions need not know of it; they commit before they return.
function coterie.quorum_call(name, args, options)
    if options == nil then
        options = {}
    elseif type(options) ~= 'table' then
        error('quorum_call: name, {arguments}, {copies, timeout, epoch}', 0)
    end
    local epoch = options.epoch == nil and lease.epoch() or number(options.epoch)
    local wait = {copies = number(options.copies), timeout = number(options.timeout)}
    begin('quorum_call: name, {arguments}, {copies, timeout, epoch}', epoch, name, args)
    quorum.copies(wait)
    return confirmed(epoch, wait, pcall(call, name, args ~= nil and args or {}))
end

coterie.quorum_wait = quorum.wait

return coterie
