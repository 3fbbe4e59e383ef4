-- The time that leases are judged by: CLOCK_BOOTTIME, which goes on while a virtual machine is suspended. Agents speak
-- CLOCK_MONOTONIC of the same host, which does not; what they say is carried over at the moment it arrives.
local ffi = require('ffi')
local clock = require('clock')
local moment = {}

local BOOTTIME = 7
pcall(ffi.cdef, 'int clock_gettime(int clock, void *time);')
local read = ffi.C.clock_gettime
-- Two 64-bit integers. As halves they come as plain Lua numbers: whole, each read would make an object.
local time = ffi.new('int32_t[4]')

-- Seconds. Read at each write: nothing is allocated here.
function moment.now()
    read(BOOTTIME, time)
    return time[0] + time[2] * 1e-9
end

-- CLOCK_MONOTONIC to the time of leases.
function moment.of(monotonic)
    return monotonic + (moment.now() - clock.monotonic())
end

-- The time of leases to CLOCK_MONOTONIC.
function moment.monotonic(at)
    return at - (moment.now() - clock.monotonic())
end

return moment
