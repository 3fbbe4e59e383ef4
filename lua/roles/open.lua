-- Custom roles in an instance: what an agent may order over the control socket, and what is told of them. docs/roles.md.
local apply = require('roles.apply')
local check = require('roles.check')
local migrations = require('migrations.open')
local existing = require('roles.existing')
local owned = require('roles.owned')
local schema = require('roles.schema')
local state = require('roles.state')
local stats = require('roles.stats')
local open = {methods = {
    roles_check = check.run,
    roles_schema = existing.take,
    roles_apply = apply.run,
    roles_schema_apply = schema.apply,
    roles_stats = stats.take,
}}

function open.preloads(path)
    return function() apply.preload(path) end
end

-- Of a database that is configured.
function open.told()
    local told = state.told()
    told.doing = told.doing == box.NULL and schema.doing() or told.doing
    told.owned = owned.any()
    told.migrations = migrations.told()
    return told
end

return open
