-- Who may log in with a password, for the routers, which check it before they ask here: Tarantool's own stored hashes.
local digest = require('digest')
local plain = require('plain')
local users = {}

-- The programs of this product log in by users of their own, and not here; nobody is a guest of a router.
local LEFT_OUT = {guest = true, coterie_replication = true, coterie_router = true, coterie_buckets = true, stateboard = true}
local MAX = 10000

-- `known`: the digest that was told before; `users` is left out while it is still right.
function users.list(params)
    local found, lines = {}, {}
    for _, row in box.space._user:pairs() do
        local hash = row.type == 'user' and row.auth ~= nil and row.auth['chap-sha1'] or nil
        if hash ~= nil and hash ~= '' and not LEFT_OUT[row.name] and #lines < MAX then
            found[row.name] = hash
            table.insert(lines, row.name .. '\0' .. hash)
        end
    end
    table.sort(lines)
    local now = digest.sha1_hex(table.concat(lines, '\n'))
    return {digest = now, users = params.known ~= now and plain.map(found) or box.NULL}
end

return users
