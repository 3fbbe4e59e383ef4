-- The user as which routers ask, and what they may ask. Whoever begins to lead sees to it that both are there.
local caller = require('caller')
local rights = {}

-- Those of routers alone. They take the name of the client's user, whose rights decide.
local ROUTERS = {'coterie.bucket_call', 'coterie.buckets_map', 'coterie.storage_call', 'coterie.crud_schema', 'coterie.map_hold', 'coterie.map_release'}
-- Run with the rights of whoever calls them, to spaces: that is what protects the data.
local EVERYBODY = {'coterie.crud'}

function rights.ensure(password)
    local user = box.space._user.index.name:get(caller.ROUTER)
    if user == nil then
        box.schema.user.create(caller.ROUTER, {password = password})
    elseif user.auth['chap-sha1'] ~= box.schema.user.password(password) then
        box.schema.user.passwd(caller.ROUTER, password)
    end
    for _, name in ipairs(ROUTERS) do
        box.schema.func.create(name, {if_not_exists = true})
        box.schema.user.grant(caller.ROUTER, 'execute', 'function', name, {if_not_exists = true})
    end
    for _, name in ipairs(EVERYBODY) do
        box.schema.func.create(name, {if_not_exists = true})
        box.schema.role.grant('public', 'execute', 'function', name, {if_not_exists = true})
    end
end

return rights
