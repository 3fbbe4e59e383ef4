-- Synchronous spaces of the versions of Tarantool: how a new master takes over what the old one left unconfirmed, and
-- which configurations lose writes. Only 2.6.0 has been run; what later versions do follows their documentation.
local log = require('log')
local tarantool = require('tarantool')
local synchro = {}

local NAMES_MAX = 100

local function at_least(version, major, minor, patch)
    local a, b, c = version:match('^(%d+)%.(%d+)%.(%d+)')
    if a == nil then
        return false
    end
    a, b, c = tonumber(a), tonumber(b), tonumber(c)
    if a ~= major then
        return a > major
    elseif b ~= minor then
        return b > minor
    end
    return c >= patch
end

-- 'promote': box.ctl.promote writes a record of its own. 'clear': clear_synchro_queue confirms all. 'quorumOne': it
-- rolls back what fewer than a quorum of CONNECTED replicas have, acknowledged or not, unless one is enough.
function synchro.recipe(version, ctl)
    if ctl.promote ~= nil then
        return 'promote'
    elseif ctl.clear_synchro_queue == nil then
        return 'none'
    end
    return at_least(version, 2, 6, 2) and 'clear' or 'quorumOne'
end

local function with_quorum_of_one(f)
    local quorum, timeout = box.cfg.replication_synchro_quorum, box.cfg.replication_synchro_timeout
    box.cfg{replication_synchro_quorum = 1, replication_synchro_timeout = 0.001}
    local ok, failure = pcall(f)
    box.cfg{replication_synchro_quorum = quorum, replication_synchro_timeout = timeout}
    if not ok then
        error(failure, 0)
    end
end

-- On a read-only instance, so that nothing of its own can slip through with a quorum of one.
function synchro.take_over()
    local recipe = synchro.recipe(tarantool.version, box.ctl)
    if recipe == 'quorumOne' then
        with_quorum_of_one(box.ctl.clear_synchro_queue)
    elseif recipe == 'clear' then
        box.ctl.clear_synchro_queue()
    elseif recipe == 'promote' then
        local queue = box.info.synchro and box.info.synchro.queue
        if queue == nil or queue.owner ~= box.info.id or queue.len > 0 then
            box.ctl.promote()
        end
    end
    return recipe
end

local function synchronous_spaces()
    local names = setmetatable({}, {__serialize = 'seq'})
    for _, tuple in box.space._space:pairs() do
        if #names < NAMES_MAX and type(tuple[6]) == 'table' and tuple[6].is_sync then
            table.insert(names, tuple[3])
        end
    end
    return names
end

-- Is there any? Each look takes as long as there are spaces, so only a change of the schema makes it look.
local seen = {version = nil, any = false}

function synchro.any()
    local version = box.internal.schema_version()
    if version ~= seen.version then
        seen = {version = version, any = #synchronous_spaces() > 0}
    end
    return seen.any
end

-- `sound = false`: writes to these spaces fail though they are carried out, or are lost. `params.replicas`: how many
-- there will be, if more than are registered. Anonymous ones are not.
function synchro.check(params)
    local replicas = math.max(params.replicas or 0, box.space._cluster:len())
    local quorum = tonumber(box.cfg.replication_synchro_quorum)
    local spaces = synchronous_spaces()
    local broken = not at_least(tarantool.version, 2, 6, 1) and #spaces > 0 and quorum ~= nil and quorum < replicas
    return {
        sound = not broken, spaces = spaces, quorum = quorum or box.NULL, replicas = replicas, version = tarantool.version,
        reason = broken and ('Tarantool %s loses writes to synchronous spaces unless replication_synchro_quorum (%d) is the number of replicas (%d)'):format(tarantool.version, quorum, replicas) or box.NULL,
    }
end

-- Whoever begins to lead says it in its log.
function synchro.warn()
    local reason = synchro.check({}).reason
    if reason ~= box.NULL then
        log.error('%s: make it that, or write by coterie.quorum_call instead', reason)
    end
end

return synchro
