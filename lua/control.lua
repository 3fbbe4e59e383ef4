-- The agent's way in: a unix socket (mode 0600) with one JSON object a line, {id, method, params} -> {id, result | error}.
-- Requests of one connection run at once, so that a status is answered while a join takes its time.
local fio = require('fio')
local fiber = require('fiber')
local log = require('log')
local socket = require('socket')
local json = require('json').new()
json.cfg{encode_invalid_numbers = false, encode_use_tostring = true, encode_max_depth = 64}

local REQUEST_BYTES_MAX = 4 * 1024 * 1024
local CONNECTIONS_MAX = 16
local IN_FLIGHT_MAX = 64
local control = {connections = 0}

local function answer(peer, methods, request)
    local method = methods[request.method]
    local result
    if method == nil then
        result = {id = request.id, error = {message = ('there is no method %s'):format(tostring(request.method))}}
    else
        local ok, value = xpcall(method, function(failure)
            return {message = tostring(failure), stack = debug.traceback('', 2)}
        end, request.params or {})
        result = ok and {id = request.id, result = value == nil and json.NULL or value} or {id = request.id, error = value}
    end
    local ok, text = pcall(json.encode, result)
    if not ok then
        text = json.encode({id = request.id, error = {message = 'the answer cannot be written as JSON: ' .. tostring(text)}})
    end
    -- One line at a time: a long write yields, and another answer must not slip in between.
    peer.turn:put(true)
    pcall(peer.socket.write, peer.socket, text .. '\n')
    peer.turn:get()
    peer.in_flight = peer.in_flight - 1
end

local function handle(s, methods)
    local peer = {socket = s, turn = fiber.channel(1), in_flight = 0}
    while true do
        local line = s:read({delimiter = '\n', chunk = REQUEST_BYTES_MAX})
        if line == nil or line == '' then
            return
        end
        local ok, request = pcall(json.decode, line)
        if line:sub(-1) ~= '\n' or not ok or type(request) ~= 'table' or request.id == nil then
            log.warn('control socket: a line that is no request, of %d bytes; closed', #line)
            return
        end
        while peer.in_flight >= IN_FLIGHT_MAX do
            fiber.sleep(0.005)
        end
        peer.in_flight = peer.in_flight + 1
        fiber.create(answer, peer, methods, request)
    end
end

function control.serve(path, methods)
    local before = fio.umask(tonumber('177', 8))
    local server = socket.tcp_server('unix/', path, {
        name = 'control',
        handler = function(s)
            if control.connections >= CONNECTIONS_MAX then
                return
            end
            control.connections = control.connections + 1
            local ok, failure = pcall(handle, s, methods)
            control.connections = control.connections - 1
            if not ok then
                log.error('control socket: %s', failure)
            end
        end,
    })
    fio.umask(before)
    if server == nil then
        log.error('%s cannot be bound: another database process holds it', path)
        os.exit(1)
    end
end

return control
