-- What an agent starts as `tarantool main.lua <control socket> <log>`: nothing but the control socket. Beside that is the
-- code of roles that ran here last, which is loaded before the database listens. The database is
-- configured over it, so that no secret stands in argv or the environment, and a process without box.cfg can be asked too.
local fio = require('fio')
local here = fio.dirname(fio.abspath(arg[0]))
package.path = here .. '/?.lua;' .. package.path

require('output').follow(fio.abspath(arg[2]))
require('log').info('control socket at %s', arg[1])
-- Users' functions and routers know it by that name.
rawset(_G, 'coterie', require('coterie'))
require('buckets.open').start()
require('database').before_listen = require('roles.open').preloads(fio.dirname(fio.abspath(arg[1])) .. '/roles/bundle')
require('control').serve(arg[1], require('methods'))
