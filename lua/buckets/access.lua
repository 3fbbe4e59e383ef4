-- The user by which masters of storages speak to each other, and what it may call: one function. Its password follows from
-- that of replication, which all members of a cluster have.
local database = require('database')
local access = {USER = 'coterie_buckets', FUNCTION = 'coterie_buckets.ask'}

local CALLED = {'coterie.bucket_call', 'coterie.buckets_map'}

function access.password()
    return database.secret('buckets')
end

-- Only a master; nothing is written where all is there.
function access.ensure()
    local password = access.password()
    if not box.schema.user.exists(access.USER) then
        box.schema.user.create(access.USER, {password = password})
    elseif box.space._user.index.name:get(access.USER).auth['chap-sha1'] ~= box.schema.user.password(password) then
        box.schema.user.passwd(access.USER, password)
    end
    box.schema.func.create(access.FUNCTION, {setuid = true, if_not_exists = true})
    box.schema.user.grant(access.USER, 'execute', 'function', access.FUNCTION, {if_not_exists = true})
    for _, name in ipairs(CALLED) do
        box.schema.func.create(name, {if_not_exists = true})
    end
end

return access
