-- The stateboard: this Tarantool as the state provider of a cluster, for one user who may call these functions and
-- nothing else. What it keeps is synced to disk before anybody hears of it, so a restart forgets no change; sessions
-- get their whole time again after one, and take-overs wait until every lease given before is over.
local clock = require('clock')
local log = require('log')
local plain = require('plain')
local database = require('database')
local store = require('stateboard.store')
local sessions = require('stateboard.sessions')
local watch = require('stateboard.watch')
local stateboard = {}

local USER = 'stateboard'
local FUNCTIONS = {'look', 'transact', 'open_session', 'renew_session', 'end_session', 'watch', 'health'}
local calls = {}
local settles_at = 0

function calls.look(keys, prefix, limit)
    return store.look(keys, prefix, limit)
end

function calls.transact(order)
    local wait = settles_at - clock.monotonic()
    if order.takes_over and wait > 0 then
        return {kind = 'settling', ms = math.ceil(wait * 1000)}
    end
    return store.transact(order)
end

calls.open_session = sessions.open
calls.renew_session = sessions.renew
calls.end_session = sessions.finish
calls.watch = watch.wait

function calls.health()
    return {
        version = box.info.version,
        revision = store.revision(),
        settling_ms = math.max(math.ceil((settles_at - clock.monotonic()) * 1000), 0),
        bytes = box.slab.info().arena_used,
        sessions = sessions.count(),
        watches = watch.count(),
        quota_used = plain.number(box.slab.info().quota_used_ratio:match('[%d.]+')),
    }
end

-- Whoever connects is `guest` until it has logged in: then it may log in, and that is all.
local function strip(name)
    local rights = box.schema.user.info(name)
    for _, right in ipairs(rights) do
        if right[2] == 'role' then
            box.schema.user.revoke(name, 'execute', 'role', right[3], {if_exists = true})
        end
    end
end

local function ensure_access(password)
    rawset(_G, 'coterie_state', calls)
    if not box.schema.user.exists(USER) then
        box.schema.user.create(USER, {password = password})
    elseif box.space._user.index.name:get(USER).auth['chap-sha1'] ~= box.schema.user.password(password) then
        box.schema.user.passwd(USER, password)
    end
    for _, name in ipairs(FUNCTIONS) do
        box.schema.func.create('coterie_state.' .. name, {setuid = true, if_not_exists = true})
        box.schema.user.grant(USER, 'execute', 'function', 'coterie_state.' .. name, {if_not_exists = true})
    end
    strip(USER)
    strip('guest')
end

-- `settle`: seconds, the longest lease that anybody may hold; 0 where nobody can. `memory`: bytes. `instance`,
-- `replicaset`: uuids; files of another database are refused by them. `listen`, `password`: as they say.
function stateboard.start(params)
    if type(box.cfg) ~= 'function' then
        error('the database is configured already', 0)
    end
    database.cfg{
        feedback_enabled = false,
        memtx_memory = params.memory,
        instance_uuid = params.instance,
        replicaset_uuid = params.replicaset,
        wal_mode = 'fsync',
        checkpoint_count = 2,
        checkpoint_interval = 3600,
        checkpoint_wal_threshold = 64 * 1024 * 1024,
        wal_max_size = 16 * 1024 * 1024,
        net_msg_max = 8192,
    }
    store.open()
    sessions.start()
    ensure_access(params.password)
    -- Files that are lost are not the same as none that ever were: what was granted may still be in use.
    if params.settle > 0 then
        settles_at = clock.monotonic() + params.settle
        log.info('stateboard: restarted; no take-over for %.1f s', params.settle)
    end
    database.cfg{listen = params.listen}
    -- With port 0 it is only known now.
    return {listen = box.info.listen or params.listen, revision = store.revision()}
end

return stateboard
