-- What roles have made in the schema, so that nothing else is ever taken away: a replicated space, which whoever is the
-- master next finds. A row and what it speaks of are written in one transaction.
--   {'function', name, '', ''}, {'grant', function, user or role, ''}, {'index', space, name, ''}, {'space', name, '', role}
--   {'database_user', name, '', ''}, {'database_role', name, '', ''}, {'membership', user or role, role, ''}, {'privilege', user or role, 'space:NAME', 'read,write'}
local owned = {}

local SPACE = '_coterie_roles'

-- Only a master.
function owned.ensure()
    if box.space[SPACE] == nil then
        local space = box.schema.space.create(SPACE, {if_not_exists = true, format = {{name = 'kind', type = 'string'}, {name = 'name', type = 'string'}, {name = 'of', type = 'string'}, {name = 'value', type = 'string'}}})
        space:create_index('primary', {parts = {{1, 'string'}, {2, 'string'}, {3, 'string'}}, if_not_exists = true})
    elseif box.space[SPACE].index[0] == nil then
        box.space[SPACE]:create_index('primary', {parts = {{1, 'string'}, {2, 'string'}, {3, 'string'}}, if_not_exists = true})
    end
end

function owned.any()
    local space = box.space[SPACE]
    return space ~= nil and space.index[0] ~= nil and space.index[0]:min() ~= nil
end

function owned.has(kind, name, of)
    return box.space[SPACE]:get{kind, name, of or ''} ~= nil
end

-- nil: there is none, or nothing was ever made.
function owned.value(kind, name, of)
    local space = box.space[SPACE]
    local row = space ~= nil and space.index[0] ~= nil and space:get{kind, name, of or ''} or nil
    return row and row[4] or nil
end

function owned.put(kind, name, of, value)
    box.space[SPACE]:replace{kind, name, of or '', value or ''}
end

function owned.take(kind, name, of)
    box.space[SPACE]:delete{kind, name, of or ''}
end

-- A list of {name, of}: what comes while it is walked is not in it.
function owned.all(kind, name)
    local result, space = {}, box.space[SPACE]
    if space == nil or space.index[0] == nil then
        return result
    end
    for _, row in space:pairs(name ~= nil and {kind, name} or {kind}) do
        table.insert(result, {name = row[2], of = row[3]})
    end
    return result
end

return owned
