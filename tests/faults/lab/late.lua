-- Packets that come to the device `late` go back out of it later. Run by `tarantool late.lua` in the namespace of the hub:
-- Debian's kernel for virtual machines has no netem, and Tarantool is there anyway. Its input is lines of
-- `<source> <destination> <ms> <jitter ms>`, all of them ended by an empty one; each set replaces the one before, and is
-- answered by `set`. What jitters may overtake.
local ffi = require('ffi')
local fiber = require('fiber')
local socket = require('socket')

ffi.cdef[[
    typedef struct { char name[16]; short flags; char rest[22]; } coterie_ifreq;
    int open(const char *path, int flags, ...);
    int ioctl(int fd, unsigned long request, coterie_ifreq *argument);
    ssize_t read(int fd, void *buffer, size_t size);
    ssize_t write(int fd, const void *buffer, size_t size);
]]
local READ_WRITE_NONBLOCK, TUNSETIFF, TUN_WITHOUT_HEADER = 2050, 0x400454ca, 0x1001
local PACKET_MAX, HELD_MAX = 65536, 100000

local device = ffi.C.open('/dev/net/tun', READ_WRITE_NONBLOCK)
local request = ffi.new('coterie_ifreq', {name = 'late', flags = TUN_WITHOUT_HEADER})
if device < 0 or ffi.C.ioctl(device, TUNSETIFF, request) ~= 0 then
    error('no device: ' .. ffi.errno())
end

local delays = {}
local held = 0

local function key(a, b, c, d, e, f, g, h)
    return ('%d.%d.%d.%d %d.%d.%d.%d'):format(a, b, c, d, e, f, g, h)
end

local function pass_later(packet, seconds)
    held = held + 1
    fiber.create(function()
        fiber.sleep(seconds)
        held = held - 1
        ffi.C.write(device, packet, #packet)
    end)
end

fiber.create(function()
    local buffer = ffi.new('uint8_t[?]', PACKET_MAX)
    while true do
        socket.iowait(device, 'R')
        local size = tonumber(ffi.C.read(device, buffer, PACKET_MAX))
        while size > 0 do
            local b = buffer
            local delay = size >= 20 and delays[key(b[12], b[13], b[14], b[15], b[16], b[17], b[18], b[19])] or nil
            if delay == nil then
                ffi.C.write(device, buffer, size)
            elseif held < HELD_MAX then
                pass_later(ffi.string(buffer, size), (delay.ms + math.random() * delay.jitter) / 1000)
            end
            size = tonumber(ffi.C.read(device, buffer, PACKET_MAX))
        end
    end
end)

-- Lines arrive in pieces.
local input, rest, fresh = ffi.new('char[?]', PACKET_MAX), '', {}
io.stdout:setvbuf('no')
print('ready')
while true do
    socket.iowait(0, 'R')
    local size = tonumber(ffi.C.read(0, input, PACKET_MAX))
    if size <= 0 then
        os.exit(0)
    end
    rest = rest .. ffi.string(input, size)
    while rest:find('\n') do
        local line
        line, rest = rest:match('^([^\n]*)\n(.*)$')
        local from, to, ms, jitter = line:match('^(%S+) (%S+) (%S+) (%S+)$')
        if from ~= nil then
            fresh[from .. ' ' .. to] = {ms = tonumber(ms), jitter = tonumber(jitter)}
        else
            delays, fresh = fresh, {}
            print('set')
        end
    end
end
