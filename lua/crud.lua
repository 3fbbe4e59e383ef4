-- What routers call for crud.*, each with the rights of the client's user: coterie.crud(operation, ...).
local single = require('crud.single')
local scan = require('crud.scan')
local spaces = require('crud.spaces')
local crud = {schema = spaces.schema}

local operations = {select = scan.select, count = scan.count}
for name, operation in pairs(single) do
    operations[name] = operation
end

function operations.len(name)
    return (spaces.get(name)):len()
end

function operations.truncate(name)
    spaces.get(name):truncate()
    return true
end

function crud.run(name, ...)
    local operation = operations[name]
    if operation == nil then
        box.error{code = box.error.NO_SUCH_PROC, reason = ("Procedure 'crud.%s' is not defined"):format(tostring(name))}
    end
    return operation(...)
end

return crud
