-- The guard: a trigger on every replicated space that lets a write through only up to the lease's deadline. The read-only
-- flag is set by a fiber, which runs late after a pause; this is asked at the write itself.
local fiber = require('fiber')
local raw_tuple = require('raw-tuple')
local moment = require('lease.moment')
local refusal = require('lease.refusal')
local triggers = require('lease.triggers')
local now, free = moment.now, raw_tuple.free
local guard = {on = false, refused = 0}

-- `open_until` is all that a write which passes looks at. `opener`: the fiber of a promotion, which writes before others may.
local window = {open_until = -math.huge, opener = nil, opener_until = -math.huge}
local describe

-- Does this fiber write without being a user's?
function guard.exempt()
    -- A follower takes what its master has written.
    if box.session.type() == 'applier' then
        return true
    end
    return window.opener == fiber.self().id() and now() <= window.opener_until
end

-- The rows are objects made for this call alone, two at each write, and nobody looks at them.
local function check(old, new)
    free(old)
    free(new)
    if now() <= window.open_until or guard.exempt() then
        return
    end
    guard.refused = guard.refused + 1
    -- With the code of a read-only instance, which clients know to try elsewhere.
    box.error{code = box.error.READONLY, reason = refusal.text('LEASE_EXPIRED', describe(), 'this instance may not write now')}
end

local set = triggers.of(check)

-- `facts` says for a refusal what this instance knows.
function guard.install(facts)
    describe = facts
    set.install()
    guard.on = true
end

function guard.remove()
    set.remove()
    guard.on = false
end

guard.count = set.count

function guard.open(deadline)
    window.open_until = deadline
end

function guard.close()
    window.open_until = -math.huge
end

-- This fiber alone may write, up to `deadline`.
function guard.open_to_me(deadline)
    window.opener, window.opener_until = fiber.self().id(), deadline
end

function guard.close_to_me()
    window.opener, window.opener_until = nil, -math.huge
end

return guard
