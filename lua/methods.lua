-- What the agent may ask for over the control socket, by name.
local tarantool = require('tarantool')
local fiber = require('fiber')
local database = require('database')
local leadership = require('leadership')
local sample = require('sample')
local run = require('run')
local inspect = require('inspect')
local stateboard = require('stateboard')
local lease = require('lease')
local synchro = require('lease.synchro')
local lost_rows = require('lost-rows')
local orders = require('orders')
local replay = require('replay')
local buckets = require('buckets.open')
local roles = require('roles.open')
local migrations = require('migrations.open')
local users = require('users')
local define = require('data.define')
local scan = require('data.scan')
local edit = require('data.edit')
local methods = {}

function methods.hello()
    return {pid = tarantool.pid(), version = tarantool.version, configured = database.configured()}
end

methods.status = sample.take
methods.start = leadership.start
methods.start_stateboard = stateboard.start
methods.configure = database.configure
methods.restart_replication = database.restart_replication
methods.drain = database.drain
methods.forget = database.forget
methods.fence = leadership.fence
methods.read_only = leadership.read_only
-- By the configuration: a lease that was kept here before is over.
methods.writable = function(params)
    lease.leave()
    return leadership.writable(params)
end
methods.await_vclock = leadership.await_vclock
methods.lease = function() return lease.told(true) end
methods.lease_set = lease.set
methods.promote = lease.promote
methods.demote = lease.demote
methods.freeze = lease.freeze
methods.unfreeze = lease.unfreeze
methods.report = orders.report
methods.order = orders.obey
methods.check_synchro = synchro.check
methods.export_lost_rows = function(params) return lost_rows.export(params) end
methods.lost_rows_progress = function() return lost_rows.at end
methods.replay = replay.batch
for name, method in pairs(buckets.methods) do
    methods[name] = method
end
for name, method in pairs(roles.methods) do
    methods[name] = method
end
for name, method in pairs(migrations.methods) do
    methods[name] = method
end
methods.eval = run.eval
methods.check_lua = run.check_lua
methods.box_cfg = inspect.box_cfg
methods.spaces = inspect.spaces
methods.users = users.list
methods.data_space = define.one
methods.data_spaces = define.all
methods.data_page = scan.page
methods.data_look = edit.look
methods.data_write = edit.write

-- The answer has to be on its way before the process ends.
function methods.shutdown()
    fiber.create(function()
        fiber.sleep(0.01)
        os.exit(0)
    end)
    return {}
end

return methods
