-- Sessions: how long each lasts is on disk, when it ends only here, by the monotonic clock. After a restart each has its
-- whole time again, which is never less than its holder counts on.
local fiber = require('fiber')
local clock = require('clock')
local log = require('log')
local store = require('stateboard.store')
local sessions = {}

local TICK_SECONDS = 0.05
local SESSIONS_MAX = 10000
local ends_at = {}

function sessions.count()
    return box.space.sessions:len()
end

function sessions.open(id, ttl_ms)
    local ttl = ttl_ms / 1000
    if box.space.sessions:get(id) == nil then
        if sessions.count() >= SESSIONS_MAX then
            error(('%d sessions are open already'):format(SESSIONS_MAX), 0)
        end
        -- Its end is known before anybody may look for it.
        ends_at[id] = clock.monotonic() + ttl
        local ok, failure = pcall(box.space.sessions.insert, box.space.sessions, {id, ttl})
        if not ok then
            ends_at[id] = nil
            error(failure, 0)
        end
    end
    return true
end

-- False: there is none.
function sessions.renew(id)
    local row = box.space.sessions:get(id)
    if row == nil then
        return false
    end
    ends_at[id] = clock.monotonic() + tonumber(row.ttl)
    return true
end

function sessions.finish(id)
    ends_at[id] = nil
    if box.space.sessions:get(id) ~= nil then
        store.forget_session(id)
    end
    return true
end

local function expire()
    local now, over = clock.monotonic(), {}
    for _, row in box.space.sessions:pairs() do
        if (ends_at[row.id] or 0) <= now then
            table.insert(over, row.id)
        end
    end
    for _, id in ipairs(over) do
        -- Renewed while an earlier one was written to disk? Then not.
        if (ends_at[id] or 0) <= clock.monotonic() then
            sessions.finish(id)
        end
    end
end

function sessions.start()
    local now = clock.monotonic()
    for _, row in box.space.sessions:pairs() do
        ends_at[row.id] = now + tonumber(row.ttl)
    end
    fiber.create(function()
        fiber.name('sessions')
        while true do
            fiber.sleep(TICK_SECONDS)
            local ok, failure = pcall(expire)
            if not ok then
                -- Tried again with the next tick.
                log.error('stateboard: a session cannot be ended: %s', failure)
            end
        end
    end)
end

return sessions
