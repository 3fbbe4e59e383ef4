-- Reads what an agent has written for this instance: a line of JSON that says what it is, {hash, count}, and one for each
-- role. Each is decoded by itself, so that no other fiber waits for all of them; one that runs here already is not decoded.
local digest = require('digest')
local fio = require('fio')
local fiber = require('fiber')
local json = require('json').new()
json.cfg{decode_max_depth = 256}
local bundle = {}

-- {hash, roles}; raises where the file is not whole. `sum` of a role: of its line. `running`: roles by that, taken as they are.
function bundle.read(path, running)
    local file, failure = fio.open(path, {'O_RDONLY'})
    if file == nil then
        error(('%s cannot be read: %s'):format(path, tostring(failure)), 0)
    end
    local text = file:read()
    file:close()
    if type(text) ~= 'string' then
        error(('%s cannot be read'):format(path), 0)
    end
    local result, count, from = {roles = {}}, nil, 1
    for line, next_line in text:gmatch('([^\n]*)\n()') do
        local sum = count ~= nil and digest.sha256(line) or nil
        local value = running[sum or '']
        if value == nil then
            local ok, decoded = pcall(json.decode, line)
            if not ok then
                error(('%s is damaged: %s'):format(path, tostring(decoded)), 0)
            end
            value = decoded
        end
        if count == nil then
            result.hash, count = value.hash, value.count
        else
            value.sum = sum
            table.insert(result.roles, value)
        end
        if next_line - from > 65536 then
            from = next_line
            fiber.sleep(0)
        end
    end
    if count ~= #result.roles then
        error(('%s is not whole'):format(path), 0)
    end
    return result
end

-- Of its files, as a set: what messages may name.
function bundle.files(role)
    local files = {}
    for _, pieces in ipairs({role.modules, role.functions}) do
        for _, piece in ipairs(pieces) do
            files[piece.code.file] = true
        end
    end
    return files
end

return bundle
