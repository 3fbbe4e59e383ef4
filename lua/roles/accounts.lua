-- Users and roles of the database as the configuration has them. What it has made is remembered (roles.owned), so that
-- nothing else is ever dropped or taken back: what was granted by hand stays. First whoever is new, before functions get
-- their rights, and what is gone; then what may be granted, when all that it can be granted on is there.
local fiber = require('fiber')
local owned = require('roles.owned')
local transaction = require('transaction')
local words = require('words')
local accounts = {}

local KEYS = {user = 'database_user', role = 'database_role'}
local BITS = {read = 1, write = 2, execute = 4, create = 32, drop = 64, alter = 128}
local SHOWN = 5
local WITHOUT_YIELD = 100
local SPACES = {space = '_space', ['function'] = '_func', sequence = '_sequence'}

local function row_of(name)
    return box.space._user.index.name:get(name)
end

local function of_kind(row)
    return row.type == 'role' and box.schema.role or box.schema.user
end

-- 'space:accounts' -> 'space', 'accounts'; of all of a kind, and of the universe, the name is nil.
local function parsed(on)
    local kind, name = on:match('^(%a+):(.+)$')
    return kind or on, name ~= '*' and name or nil
end

-- As `_priv` has it. nil: there is none of that name.
local function id_of(kind, name)
    if kind == 'universe' then
        return 0
    elseif name == nil then
        return ''
    end
    local row = box.space[SPACES[kind]].index.name:get(name)
    return row and row[1] or nil
end

-- The bits of rights that `who` itself has there.
local function granted(who, kind, id)
    local row = box.space._priv:get{who, kind, id}
    return row and tonumber(row[5]) or 0
end

local function with(list)
    local set = {}
    for _, one in ipairs(list) do
        set[one] = true
    end
    return set
end

-- Those of `list` that are in the bits, or are not.
local function among(list, bits, are_in)
    local result = {}
    for _, right in ipairs(list) do
        if (bit.band(bits, BITS[right]) ~= 0) == are_in then
            table.insert(result, right)
        end
    end
    return result
end

local function lock(row)
    if row.auth ~= nil and next(row.auth) ~= nil then
        box.space._user:update(row.id, {{'=', 5, setmetatable({}, {__serialize = 'map'})}})
    end
end

local function make(what, definition)
    local name, row = definition.name, row_of(definition.name)
    if row == nil then
        of_kind{type = what}.create(name)
        owned.put(KEYS[what], name)
        row = row_of(name)
    elseif row.type ~= what then
        error(("'%s' is a %s of this database already, not a %s"):format(name, row.type, what), 0)
    elseif not owned.has(KEYS[what], name) then
        if not definition.takeOver then
            error(("%s '%s' was made by hand, and is left as it is: say --take-over, or drop it there"):format(what, name), 0)
        end
        owned.put(KEYS[what], name)
    end
    if definition.hash ~= nil and (row.auth == nil or row.auth['chap-sha1'] ~= definition.hash) then
        box.space._user:update(row.id, {{'=', 5, {['chap-sha1'] = definition.hash}}})
    end
end

-- `wanted`: the rights on it, as a set. What somebody else has taken back already is forgotten.
local function take_back(grantee, on, wanted)
    local row, kind, name = row_of(grantee), parsed(on)
    local id = id_of(kind, name)
    local keep, gone = {}, {}
    for _, right in ipairs(words(owned.value('privilege', grantee, on) or '', ',')) do
        table.insert(wanted[right] and keep or gone, right)
    end
    if #gone > 0 and row ~= nil and id ~= nil then
        local there = among(gone, granted(row.id, kind, id), true)
        if #there > 0 then
            of_kind(row).revoke(grantee, table.concat(there, ','), kind, name)
        end
    end
    if #keep == 0 then
        owned.take('privilege', grantee, on)
    elseif #gone > 0 then
        owned.put('privilege', grantee, on, table.concat(keep, ','))
    end
end

local function leave(grantee, role)
    local row, other = row_of(grantee), row_of(role)
    if row ~= nil and other ~= nil and granted(row.id, 'role', other.id) ~= 0 then
        of_kind(row).revoke(grantee, role)
    end
    owned.take('membership', grantee, role)
end

-- A list of what it has made: dropped with it would be spaces with their rows.
local function belongings(id)
    local result = {}
    for kind, space in pairs(SPACES) do
        for _, row in box.space[space].index.owner:pairs{id} do
            table.insert(result, ("%s '%s'"):format(kind, row.name))
        end
    end
    if box.space._priv.index.owner:count{id} > 0 then
        table.insert(result, 'rights that it has granted to others')
    end
    table.sort(result)
    return result
end

-- Answers why not.
local function drop(what, name)
    local row = row_of(name)
    if row ~= nil and row.type == what then
        local owns = belongings(row.id)
        if #owns > 0 then
            lock(row)
            return ("%s '%s' owns %s, and stays%s: drop that, or give it to another one"):format(what, name, table.concat(owns, ', ', 1, math.min(#owns, SHOWN)), what == 'user' and '; nobody can log in as it' or '')
        end
        of_kind(row).drop(name)
    end
    owned.take(KEYS[what], name)
end

-- Answers what `f` says, or why it failed.
local function tried(f)
    local said
    local ok, failure = pcall(transaction, function() said = f() end)
    return not ok and tostring(failure) or said
end

-- A list of {what, definition}, roles first.
local function definitions(wanted)
    local all = {}
    for _, what in ipairs{'role', 'user'} do
        for _, definition in ipairs(wanted[what .. 's']) do
            table.insert(all, {what = what, definition = definition})
        end
    end
    return all
end

-- What is to be kept, by name: {what, roles, privileges}, each as a set, privileges by what they are on.
local function by_name(all)
    local result = {}
    for _, one in ipairs(all) do
        local privileges = {}
        for _, privilege in ipairs(one.definition.privileges) do
            privileges[privilege.on] = with(privilege.may)
        end
        result[one.definition.name] = {what = one.what, roles = with(one.definition.roles), privileges = privileges}
    end
    return result
end

-- A big list takes no other fiber its turn.
local function in_turns(list, f)
    for i, one in ipairs(list) do
        f(one)
        if i % WITHOUT_YIELD == 0 then
            fiber.sleep(0)
        end
    end
end

-- {users, roles}: lists of {name, hash, roles, privileges = {{on, may}}, takeOver}. Adds to `failed` {account, message};
-- answers the names for whom nothing can be granted.
function accounts.make(wanted, failed)
    local all = definitions(wanted)
    local kept, broken = by_name(all), {}
    local nobody = {roles = {}, privileges = {}}
    local function note(name, message)
        if message ~= nil then
            broken[name] = true
            table.insert(failed, {account = name, message = message})
        end
    end
    in_turns(owned.all('membership'), function(row)
        if not (kept[row.name] or nobody).roles[row.of] then
            note(row.name, tried(function() leave(row.name, row.of) end))
        end
    end)
    in_turns(owned.all('privilege'), function(row)
        local rights = (kept[row.name] or nobody).privileges[row.of] or {}
        note(row.name, tried(function() take_back(row.name, row.of, rights) end))
    end)
    for what, key in pairs(KEYS) do
        in_turns(owned.all(key), function(row)
            if kept[row.name] == nil or kept[row.name].what ~= what then
                note(row.name, tried(function() return drop(what, row.name) end))
            end
        end)
    end
    in_turns(all, function(one)
        note(one.definition.name, tried(function() make(one.what, one.definition) end))
    end)
    return broken
end

local function join(grantee, role)
    local row, other = row_of(grantee), row_of(role)
    if other == nil or other.type ~= 'role' then
        error(("'%s': the database has no role '%s'"):format(grantee, role), 0)
    elseif granted(row.id, 'role', other.id) == 0 then
        of_kind(row).grant(grantee, role)
        owned.put('membership', grantee, role)
    end
end

-- false: what it is on is not here.
local function give(grantee, privilege)
    local row, kind, name = row_of(grantee), parsed(privilege.on)
    local id = id_of(kind, name)
    if id == nil then
        return false
    end
    local fresh = among(privilege.may, granted(row.id, kind, id), false)
    if #fresh > 0 then
        of_kind(row).grant(grantee, table.concat(fresh, ','), kind, name)
        local mine = words(owned.value('privilege', grantee, privilege.on) or '', ',')
        local known = with(mine)
        for _, right in ipairs(fresh) do
            if not known[right] then
                table.insert(mine, right)
            end
        end
        owned.put('privilege', grantee, privilege.on, table.concat(mine, ','))
    end
    return true
end

-- Answers how many privileges wait for something of that name.
function accounts.grant(wanted, broken, failed)
    local waiting = 0
    in_turns(definitions(wanted), function(one)
        local definition = one.definition
        if not broken[definition.name] then
            local message = tried(function()
                for _, role in ipairs(definition.roles) do
                    join(definition.name, role)
                end
                for _, privilege in ipairs(definition.privileges) do
                    waiting = waiting + (give(definition.name, privilege) and 0 or 1)
                end
            end)
            if message ~= nil then
                table.insert(failed, {account = definition.name, message = message})
            end
        end
    end)
    return waiting
end

return accounts
