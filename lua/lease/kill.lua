-- The guard that costs a write nothing: a timer of the kernel that ends this process if it still counts as writable some
-- time after the deadline. The fence comes first and takes it off; who is paused, stopped or stuck beyond it does not
-- run again, with whatever was under way. CLOCK_BOOTTIME, like all of the lease.
local ffi = require('ffi')
local log = require('log')
local kill = {}

local BOOTTIME, ABSOLUTE, SIGKILL = 7, 1, 9
pcall(ffi.cdef, [[
    typedef struct { void *value; int signal; int notify; char rest[48]; } coterie_sigevent;
    typedef struct { long every_s, every_ns, s, ns; } coterie_itimerspec;
    int timer_create(int clock, coterie_sigevent *event, void **timer);
    int timer_gettime(void *timer, coterie_itimerspec *spec);
    int timer_settime(void *timer, int flags, const coterie_itimerspec *spec, void *old);
]])
local library
local timer

local function system()
    for _, get in ipairs{function() return ffi.C end, function() return ffi.load('rt') end} do
        local ok, found = pcall(get)
        -- Older C libraries have timers in a library of their own.
        if ok and pcall(function() return found.timer_create end) then
            return found
        end
    end
end

local function made()
    if timer ~= nil then
        return true
    end
    library = system()
    if library == nil then
        return false
    end
    local event, id = ffi.new('coterie_sigevent'), ffi.new('void *[1]')
    event.signal = SIGKILL
    if library.timer_create(BOOTTIME, event, id) ~= 0 then
        log.error('no timer that ends this process: error %d', ffi.errno())
        return false
    end
    timer = id[0]
    return true
end

local spec = ffi.new('coterie_itimerspec')

local function set(s, ns)
    spec.s, spec.ns = s, ns
    return library.timer_settime(timer, ABSOLUTE, spec, nil) == 0
end

-- Is there such a timer here?
kill.possible = made

-- `deadline`: by the time of leases; one without an end takes it off. `grace`: seconds that the fence has to come first.
function kill.at(deadline, grace)
    if deadline == math.huge then
        return kill.off()
    end
    local at = deadline + grace
    if not made() or not set(math.floor(at), (at % 1) * 1e9) then
        error('the timer that ends this process cannot be set', 0)
    end
end

function kill.off()
    if timer ~= nil then
        set(0, 0)
    end
end

-- In how many seconds it ends this process; nil = it does not.
function kill.left()
    local now = ffi.new('coterie_itimerspec')
    if timer == nil or library.timer_gettime(timer, now) ~= 0 or (now.s == 0 and now.ns == 0) then
        return nil
    end
    return tonumber(now.s) + tonumber(now.ns) * 1e-9
end

return kill
