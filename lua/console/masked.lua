-- Settings without the passwords in addresses: `user:***@host:port`.
local masked = {}

local function cleaned(value)
    if type(value) == 'string' then
        return (value:gsub('([%w_.%-]+):([^@/%s]*)@', '%1:***@'))
    elseif type(value) == 'table' then
        for key, field in pairs(value) do
            value[key] = cleaned(field)
        end
    end
    return value
end

-- Changes the table that is given.
function masked.settings(settings)
    return cleaned(settings)
end

return masked
