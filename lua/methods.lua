-- What the agent may ask for over the control socket, by name.
local tarantool = require('tarantool')
local fiber = require('fiber')
local database = require('database')
local leadership = require('leadership')
local sample = require('sample')
local run = require('run')
local inspect = require('inspect')
local methods = {}

function methods.hello()
    return {pid = tarantool.pid(), version = tarantool.version, configured = database.configured()}
end

methods.status = sample.take
methods.start = leadership.start
methods.configure = database.configure
methods.restart_replication = database.restart_replication
methods.drain = database.drain
methods.forget = database.forget
methods.fence = leadership.fence
methods.read_only = leadership.read_only
methods.writable = leadership.writable
methods.await_vclock = leadership.await_vclock
methods.eval = run.eval
methods.check_lua = run.check_lua
methods.box_cfg = inspect.box_cfg
methods.spaces = inspect.spaces

-- The answer has to be on its way before the process ends.
function methods.shutdown()
    fiber.create(function()
        fiber.sleep(0.01)
        os.exit(0)
    end)
    return {}
end

return methods
