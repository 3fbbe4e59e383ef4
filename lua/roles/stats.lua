-- Figures of all functions that are here now.
local fiber = require('fiber')
local figures = require('roles.figures')
local state = require('roles.state')
local stats = {}

local WITHOUT_YIELD = 100

function stats.take()
    local result, count = setmetatable({}, {__serialize = 'seq'}), 0
    for _, role in ipairs(table.copy(state.order)) do
        local entry = state.entries[role]
        for name in pairs(entry ~= nil and entry.functions or {}) do
            local told = figures.told(name)
            told.name, told.role = name, role
            table.insert(result, told)
            count = count + 1
        end
        if count > WITHOUT_YIELD then
            count = 0
            fiber.sleep(0)
        end
    end
    return {functions = result}
end

return stats
