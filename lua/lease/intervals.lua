-- When this instance could carry out a write of a user, in seconds of CLOCK_MONOTONIC. `to` is when the last one can have
-- passed: the deadline, or when the flag was set, if that came first. Each end stands in the log too: a process that is
-- killed tells no more.
local clock = require('clock')
local log = require('log')
local moment = require('lease.moment')
local intervals = {}

local KEPT = 128
local TOLD = 8
local kept = {}
local current

function intervals.begin(epoch, from, why)
    current = {epoch = epoch, from = from, why = why}
    table.insert(kept, current)
    if #kept > KEPT then
        table.remove(kept, 1)
    end
    log.info('lease: writable from %.6f in epoch %d: %s', from, epoch, why)
end

-- `deadline`: by the time of leases, what the guard went by; nil = there was none.
function intervals.finish(deadline, why)
    local now = clock.monotonic()
    if current ~= nil then
        current.flagAt = now
        current.to = deadline == nil and now or math.min(now, moment.monotonic(deadline))
        current.ended = why
        log.info('lease: read-only from %.6f in epoch %d, no write after %.6f: %s', now, current.epoch, current.to, why)
        current = nil
    end
end

function intervals.told(most)
    local result = setmetatable({}, {__serialize = 'seq'})
    for i = math.max(#kept - (most or TOLD) + 1, 1), #kept do
        local one = kept[i]
        table.insert(result, {
            epoch = one.epoch, from = one.from, why = one.why,
            to = one.to or box.NULL, flagAt = one.flagAt or box.NULL, ended = one.ended or box.NULL,
        })
    end
    return result
end

function intervals.all()
    return intervals.told(KEPT)
end

return intervals
