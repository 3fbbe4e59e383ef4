-- The gate: a master that too few of the other voters hear lets no user's write through, so that what a cut costs is what
-- was acknowledged in the moments before. It is no lapse: the instance stays the master and is not read-only, a trigger on
-- each space refuses; there is none while the gate is open. New members can be registered at any time.
local log = require('log')
local guard = require('lease.guard')
local refusal = require('lease.refusal')
local triggers = require('lease.triggers')
-- `closed`: {need, heard, voters}, nil = it is open.
local gate = {closed = nil, refused = 0}

local HEARD_SECONDS = 0.3
-- By uuid: {rows, at}. How far a voter was and when it last had come further, or had everything.
local seen = {}
local describe

-- The sentence for people.
function gate.why()
    local closed = gate.closed
    return closed and ('it lets no write through: %d of its %d other voters %s it, and minReplicas takes %d'):format(closed.heard, closed.voters, closed.heard == 1 and 'hears' or 'hear', closed.need)
end

local function check()
    if guard.exempt() then
        return
    end
    gate.refused = gate.refused + 1
    local facts = describe()
    facts.need, facts.heard = gate.closed.need, gate.closed.heard
    box.error{code = box.error.READONLY, reason = refusal.text('GATED', facts, gate.why())}
end

local set = triggers.of(check, {but = '_cluster'})

local function rows_of(vclock)
    local sum = 0
    for id, lsn in pairs(vclock) do
        sum = sum + (id == 0 and 0 or tonumber(lsn))
    end
    return sum
end

-- Which voters hear: they follow, and have everything or got on of late. Who has everything need not say so again: there
-- is nothing to lose.
local function hearing(now)
    local info, result = box.info, {}
    local own, lsn = info.id, tonumber(info.lsn)
    for id, peer in pairs(info.replication) do
        local link = peer.downstream
        if id ~= own and link ~= nil and link.status == 'follow' and link.vclock ~= nil then
            local rows, before = rows_of(link.vclock), seen[peer.uuid]
            if before == nil or before.rows ~= rows or (tonumber(link.vclock[own]) or 0) >= lsn then
                seen[peer.uuid] = {rows = rows, at = now}
            end
            result[peer.uuid] = now - seen[peer.uuid].at <= HEARD_SECONDS
        else
            seen[peer.uuid] = nil
        end
    end
    return result, info.uuid
end

-- The first policy that does not hold, as it is told.
local function lacking(acks, now)
    local heard, own
    for _, policy in ipairs(acks) do
        if (policy.gate or 0) > 0 then
            if heard == nil then
                heard, own = hearing(now)
            end
            local count, voters = 0, 0
            for _, uuid in ipairs(policy.voters) do
                voters = voters + (uuid ~= own and 1 or 0)
                count = count + (uuid ~= own and heard[uuid] and 1 or 0)
            end
            if count < policy.gate then
                return {need = policy.gate, heard = count, voters = voters}
            end
        end
    end
end

function gate.open()
    if gate.closed ~= nil then
        set.remove()
        gate.closed = nil
        log.info('the gate is open')
    end
end

-- `acks`: the policies in force. `facts` says for a refusal what this instance knows.
function gate.look(acks, now, facts)
    local lacks = lacking(acks, now)
    if lacks == nil then
        return gate.open()
    end
    local new = gate.closed == nil
    describe = facts
    gate.closed = lacks
    if new then
        set.install()
        log.warn('the gate is closed: %s', gate.why())
    end
end

-- Another leadership: what was seen in the one before says nothing.
function gate.reset()
    gate.open()
    seen = {}
end

return gate
