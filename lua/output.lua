-- Where this process writes. The agent turns the log over by renaming it, and output goes on into the renamed file, so
-- that nothing is lost; here standard output and error are moved to a new file of the old name. The logger, print and
-- the last words of a crash all go there.
local ffi = require('ffi')
local fio = require('fio')
local fiber = require('fiber')
ffi.cdef('int dup2(int oldfd, int newfd);')

local EVERY_SECONDS = 1
local MODE = tonumber('600', 8)
local output = {}

local function same(a, b)
    return a ~= nil and b ~= nil and a.inode == b.inode and a.dev == b.dev
end

function output.look(path)
    if same(fio.stat(path), fio.stat('/proc/self/fd/2')) then
        return
    end
    local file = fio.open(path, {'O_WRONLY', 'O_CREAT', 'O_APPEND'}, MODE)
    -- On a full disk there may be no new file: the old one still takes what it can.
    if file == nil then
        return
    end
    ffi.C.dup2(file.fh, 1)
    ffi.C.dup2(file.fh, 2)
    file:close()
end

function output.follow(path)
    fiber.create(function()
        fiber.name('output')
        while true do
            fiber.sleep(EVERY_SECONDS)
            pcall(output.look, path)
        end
    end)
end

return output
