-- Waits until enough copies have all that is here: so many voters as failover's policy says, all of them in availability
-- mode, as any may lead next; without a policy every registered member. Then no failover takes it back. Rows of earlier
-- masters count too: what is compared is the whole vclock.
local fiber = require('fiber')
local clock = require('clock')
local lease = require('lease')
local leadership = require('leadership')
local copies = {}

-- A follower answers within a fraction of a millisecond; each look costs some 50 us.
local EAGER_SECONDS, EAGER_EVERY_SECONDS = 0.003, 0.0003
local LAZY_EVERY_SECONDS = 0.001

-- A list of {voters, need}, all of which hold.
local function policies()
    local result = {}
    for _, policy in ipairs(lease.acks()) do
        table.insert(result, {voters = policy.voters, need = policy.copies == 0 and #policy.voters or policy.copies})
    end
    if #result == 0 then
        local members = {}
        for _, row in box.space._cluster:pairs() do
            table.insert(members, row[2])
        end
        result[1] = {voters = members, need = #members}
    end
    return result
end

local function covers(vclock, wanted)
    for id, lsn in pairs(wanted) do
        if id ~= 0 and (tonumber(vclock[id]) or 0) < lsn then
            return false
        end
    end
    return true
end

-- The voters that lack something, where too few have everything; nil = enough have it.
local function lacking(wanted)
    local info, has = box.info, {}
    has[info.uuid] = true
    for id, peer in pairs(info.replication) do
        local link = peer.downstream
        if id ~= info.id and link ~= nil and link.vclock ~= nil then
            has[peer.uuid] = covers(link.vclock, wanted)
        end
    end
    for _, policy in ipairs(policies()) do
        local count, without = 0, {}
        for _, uuid in ipairs(policy.voters) do
            if has[uuid] then
                count = count + 1
            else
                table.insert(without, uuid)
            end
        end
        if count < policy.need then
            return without
        end
    end
end

-- True, or nil and a sentence, when `deadline` (clock.monotonic) is over. The row of its own comes behind whatever this
-- instance was writing: what is not on its own disk yet is not in its vclock.
function copies.wait(deadline)
    leadership.touch()
    local wanted = {}
    for id, lsn in pairs(box.info.vclock) do
        wanted[id] = tonumber(lsn)
    end
    local eager_until = clock.monotonic() + EAGER_SECONDS
    local without = lacking(wanted)
    while without ~= nil do
        local now = clock.monotonic()
        if now > deadline then
            return nil, ('%s %s not taken the rows yet'):format(table.concat(without, ', '), #without == 1 and 'has' or 'have')
        end
        fiber.sleep(now < eager_until and EAGER_EVERY_SECONDS or LAZY_EVERY_SECONDS)
        without = lacking(wanted)
    end
    return true
end

return copies
