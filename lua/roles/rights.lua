-- Who may call functions of roles: `_func` has their names, and exactly those may execute them who are named. What was
-- granted by hand stays. Functions that are no more are taken off the list, if a role has put them there.
local fiber = require('fiber')
local transaction = require('transaction')
local owned = require('roles.owned')
local rights = {}

local WITHOUT_YIELD = 100

local function kind_of(name)
    local row = box.space._user.index.name:get(name)
    return row ~= nil and row.type or nil
end

local function grant(kind, name, whom)
    if kind == 'role' then
        box.schema.role.grant(whom, 'execute', 'function', name, {if_not_exists = true})
    else
        box.schema.user.grant(whom, 'execute', 'function', name, {if_not_exists = true})
    end
end

local function revoke(name, whom)
    local kind = kind_of(whom)
    if kind == 'role' then
        box.schema.role.revoke(whom, 'execute', 'function', name, {if_exists = true})
    elseif kind ~= nil then
        box.schema.user.revoke(whom, 'execute', 'function', name, {if_exists = true})
    end
end

local function has_grant(name, whom)
    local id = box.space._func.index.name:get(name).id
    local user = box.space._user.index.name:get(whom).id
    return box.space._priv:get{user, 'function', id} ~= nil
end

-- Answers who of those that are named is not there. One that made the keys of an index, and makes none any more, has its
-- text in the code of its role again.
local function set(definition, bodies)
    local name, wanted, missing = definition.name, {}, {}
    local known = box.space._func.index.name:get(name)
    if known ~= nil and known.body ~= '' and bodies[name] == nil and owned.has('function', name) then
        box.schema.func.drop(name)
        known = nil
    end
    if known == nil then
        box.schema.func.create(name)
        owned.put('function', name)
    end
    for _, whom in ipairs(definition.access) do
        wanted[whom] = true
        local kind = kind_of(whom)
        if kind == nil then
            table.insert(missing, whom)
        elseif not has_grant(name, whom) then
            grant(kind, name, whom)
            owned.put('grant', name, whom)
        end
    end
    for _, given in ipairs(owned.all('grant', name)) do
        if not wanted[given.of] then
            revoke(name, given.of)
            owned.take('grant', name, given.of)
        end
    end
    return missing
end

local function revoke_all(name)
    for _, given in ipairs(owned.all('grant', name)) do
        revoke(name, given.of)
        owned.take('grant', name, given.of)
    end
end

-- One with a body makes the keys of an index, which stays with its space.
local function drop(name)
    local row = box.space._func.index.name:get(name)
    revoke_all(name)
    if row == nil or row.body == '' then
        owned.take('function', name)
        box.schema.func.drop(name, {if_exists = true})
    end
end

-- `functions`: {name, access} of all that there are to be; `bodies`: by name, of those that indexes are made by. Answers a list of {name, message} of what could not be done.
function rights.set(functions, bodies)
    local wanted, failed = {}, {}
    for i, definition in ipairs(functions) do
        wanted[definition.name] = true
        local missing
        local ok, failure = pcall(transaction, function() missing = set(definition, bodies or {}) end)
        if not ok then
            table.insert(failed, {name = definition.name, message = tostring(failure)})
        elseif #missing > 0 then
            table.insert(failed, {name = definition.name, message = ("function '%s': the database has no user or role '%s'"):format(definition.name, table.concat(missing, "', '"))})
        end
        if i % WITHOUT_YIELD == 0 then
            fiber.sleep(0)
        end
    end
    for _, row in ipairs(owned.all('function')) do
        if not wanted[row.name] then
            local ok, failure = pcall(transaction, function() drop(row.name) end)
            if not ok then
                table.insert(failed, {name = row.name, message = tostring(failure)})
            end
        end
    end
    -- Of functions that somebody else has put there.
    for _, row in ipairs(owned.all('grant')) do
        if not wanted[row.name] then
            pcall(transaction, function() revoke_all(row.name) end)
        end
    end
    return failed
end

return rights
