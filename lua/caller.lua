-- Calls a function by its name with the rights of a user, as a CALL of it over iproto would be: of the session's own, or of
-- the one that a router speaks for.
-- `ROUTER`: the user by which routers ask. They have checked the password of the user that they name.
-- `open`: functions by name that every user may call, each with the caller's rights to what it touches. So there is nothing to
-- be asked about rights, and they go without the two coroutines that Tarantool makes to call a registered function.
local caller = {ROUTER = 'coterie_router', open = {}}

local EXECUTE = 4
local ROLES_DEEP = 16
-- By id of a user: has it the right to execute all? Asked at each call, so it is kept until some grant changes, or a change is
-- taken back.
local known, watched = {}, nil

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

local function forget()
    known = {}
end

local function changed()
    forget()
    box.on_rollback(forget)
end

local function look(id)
    local grants = box.space._priv
    if watched ~= grants then
        for _, trigger in pairs(grants:on_replace()) do
            if trigger == changed then
                grants:on_replace(nil, changed)
            end
        end
        grants:on_replace(changed)
        watched = grants
        forget()
    end
    known[id] = runs_all(id, 0)
    return known[id]
end

local function may_run_all(id)
    local found = known[id]
    if found == nil or watched ~= box.space._priv then
        found = box.session.su('admin', look, id)
    end
    return found
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

local function whoever()
    return box.session.effective_user and box.session.effective_user() or box.session.user()
end

-- A function that is registered checks the caller's rights itself. One that is not takes the right to execute all.
function caller.call(name, args)
    local open = caller.open[name]
    if open ~= nil then
        return open(unpack(args))
    end
    local registered = box.func[name]
    if registered ~= nil then
        return registered:call(args)
    end
    if not may_run_all(box.session.euid()) then
        box.error(box.error.ACCESS_DENIED, 'Execute', 'function', name, whoever())
    end
    return named(name)(unpack(args))
end

-- As `user`, which a router alone may say. nil: the session's own. What a client has called through a router is in the session
-- of the router, too, but with the client's rights.
function caller.as(user, name, args)
    if user == nil then
        return caller.call(name, args)
    end
    if box.session.user() ~= caller.ROUTER or box.session.euid() ~= box.session.uid() then
        box.error(box.error.ACCESS_DENIED, 'Speak for', 'user', tostring(user), whoever())
    end
    return box.session.su(user, caller.call, name, args)
end

-- What connectors send: 64 bits or null may be cdata.
function caller.number(value)
    if value == nil then
        return nil
    end
    return type(value) == 'cdata' and tonumber(value) or value
end

return caller
