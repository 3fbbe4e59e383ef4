-- Is this instance the master, by its lease, and may it write now? What takes part in moving buckets asks before each
-- step; the write itself is guarded as any other.
local lease = require('lease')
local refusal = require('lease.refusal')
local database = require('database')
local standing = {}

-- A code word, or nil: it leads.
function standing.objection(epoch)
    if not database.configured() then
        return 'NO_DATABASE'
    end
    return lease.objection(epoch or lease.epoch(), false) or box.info.ro and 'LEASE_EXPIRED' or nil
end

function standing.leads(epoch)
    return standing.objection(epoch) == nil
end

-- The epoch, in which all steps of one piece of work have to be.
function standing.need(epoch)
    local objection = standing.objection(epoch)
    if objection ~= nil then
        refusal.raise(objection, lease.facts(), lease.gated() or 'this instance is not the master, or may not write now')
    end
    return lease.epoch()
end

return standing
