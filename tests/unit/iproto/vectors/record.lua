-- Records vectors from a real Tarantool: msgpack of values, and every byte that net.box and the server exchange.
-- Run in an empty directory: tarantool record.lua > recorded.json
local msgpack, json, decimal, uuid, ffi = require('msgpack'), require('json'), require('decimal'), require('uuid'), require('ffi')
local socket, netbox, fiber = require('socket'), require('net.box'), require('fiber')

local function hex(bytes) return (bytes:gsub('.', function(c) return string.format('%02x', c:byte()) end)) end
local function bytes(text) return (text:gsub('..', function(pair) return string.char(tonumber(pair, 16)) end)) end

box.cfg{listen = 'unix/:./server.sock', log = 'server.log', feedback_enabled = false, wal_mode = 'none'}
box.schema.user.create('app', {password = 'secret'})
box.schema.user.grant('app', 'super')
local space = box.schema.space.create('t', {id = 700, format = {{'id', 'unsigned'}, {'v', 'any', is_nullable = true}}})
space:create_index('pk')
rawset(_G, 'echo', function(...) return ... end)

-- name, what it is as text, its value
local values = {}
local function value(kind, text, item) table.insert(values, {kind = kind, text = text, hex = hex(msgpack.encode(item))}) end
value('nil', 'null', box.NULL)
value('boolean', 'true', true)
value('boolean', 'false', false)
for _, text in ipairs{'0', '1', '127', '128', '255', '256', '65535', '65536', '4294967295', '4294967296', '9007199254740991',
  '9007199254740992', '9007199254740993', '9223372036854775807', '9223372036854775808', '18446744073709551615'} do
  value('integer', text, tonumber64(text))
end
for _, text in ipairs{'-1', '-32', '-33', '-128', '-129', '-32768', '-32769', '-2147483648', '-2147483649',
  '-9007199254740991', '-9007199254740993', '-9223372036854775808'} do
  value('integer', text, tonumber64(text))
end
for _, text in ipairs{'0.5', '-1.25', '1e300', '3.141592653589793', '5e-324', '1.7976931348623157e308'} do value('number', text, tonumber(text)) end
for _, text in ipairs{'0', '1', '-7', '4503599627370496'} do value('double', text, ffi.cast('double', tonumber(text))) end
for _, text in ipairs{'0', '-0', '1', '-1', '1.50', '0.00', '12.3', '-123.456', '1e5', '1e-10', '1e37', '1e-38',
  '123456789012345678901234567890.12345678', '-99999999999999999999999999999999999999', '0.00000000000000000000000000000000000001'} do
  value('decimal', tostring(decimal.new(text)), decimal.new(text))
end
for _, text in ipairs{'64d22e4d-ac92-4a23-899a-e59f34af5479', '00000000-0000-0000-0000-000000000000'} do
  value('uuid', text, uuid.fromstr(text))
end
for _, text in ipairs{'', 'a', ('x'):rep(31), ('x'):rep(32), ('y'):rep(255), ('y'):rep(256), 'ключ', '日本語', '😀 ok', 'nul \0 inside'} do
  value('string', text, text)
end
value('rawString', 'fffe61', bytes('fffe61'))
value('json', '[]', setmetatable({}, {__serialize = 'seq'}))
value('json', '{}', setmetatable({}, {__serialize = 'map'}))
value('json', '[1,"a",null,true,[2,[3]]]', {1, 'a', box.NULL, true, {2, {3}}})
value('json', '{"a":{"b":[1.5]}}', {a = {b = {1.5}}})

local recorded = {toServer = '', toClient = ''}
local function pump(from, to, direction)
  while true do
    local chunk = from:sysread(65536)
    if chunk == nil or chunk == '' then
      if chunk == '' or not from:readable(5) then break end
    else
      recorded[direction] = recorded[direction] .. chunk
      to:write(chunk)
    end
  end
  to:shutdown(socket.SHUT_RDWR)
end
socket.tcp_server('unix/', './proxy.sock', function(client)
  local server = socket.tcp_connect('unix/', './server.sock')
  client:nonblock(true) server:nonblock(true)
  local back = fiber.new(pump, server, client, 'toClient')
  back:set_joinable(true)
  pump(client, server, 'toServer')
  back:join()
end)

local steps = {}
local connection = netbox.connect('unix/:./proxy.sock', {user = 'app', password = 'secret'})
local function step(name, action)
  recorded.toServer, recorded.toClient = '', ''
  pcall(action)
  fiber.sleep(0.02)
  table.insert(steps, {name = name, request = hex(recorded.toServer), response = hex(recorded.toClient)})
end
fiber.sleep(0.1)
-- The greeting and the answer to the login; the schema that net.box fetches next is left out.
local opening = {toServer = hex(recorded.toServer:sub(1, 5 + 0x2c)), toClient = hex(recorded.toClient:sub(1, 128 + 29))}
step('ping', function() connection:ping() end)
step('call', function() connection:call('echo', {1, 'two', {3, box.NULL}}) end)
step('eval', function() connection:eval('return ...', {decimal.new('1.50'), uuid.fromstr('64d22e4d-ac92-4a23-899a-e59f34af5479')}) end)
step('execute', function() connection:execute('SELECT ? AS a, :b AS c', {1, {[':b'] = 'x'}}) end)
step('createTable', function() connection:execute('CREATE TABLE s (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT)') end)
step('insertSql', function() connection:execute("INSERT INTO s VALUES (NULL, 'a'), (NULL, 'b')") end)
step('prepare', function() connection:prepare('SELECT id, v FROM s WHERE id = ?') end)
step('noProcedure', function() connection:call('nosuch') end)
step('push', function() connection:eval('box.session.push({7}) return 8', {}, {on_push = function() end}) end)
step('errorStack', function()
  connection:eval([[local cause = box.error.new(box.error.READONLY)
    local top = box.error.new({code = 1000, reason = 'top'}) top:set_prev(cause) top:raise()]])
end)
step('customError', function() connection:eval("box.error({type = 'MyError', reason = 'custom'})") end)
connection:close()

-- Again, so that no reload of the schema that the table above caused is recorded.
connection = netbox.connect('unix/:./proxy.sock', {user = 'app', password = 'secret'})
local t = connection.space.t
step('insert', function() t:insert({1, 'one'}) end)
step('replace', function() t:replace({2, {a = 1}}) end)
step('select', function() t:select({1}, {iterator = 'GE', limit = 10, offset = 1}) end)
step('update', function() t:update({1}, {{'=', 2, 'uno'}}) end)
step('upsert', function() t:upsert({1, 'x'}, {{'=', 2, 'up'}}) end)
step('delete', function() t:delete({1}) end)
step('duplicate', function() t:insert({2, 'again'}) end)

print(json.encode({version = _TARANTOOL, values = values, opening = opening, steps = steps}))
os.exit(0)
