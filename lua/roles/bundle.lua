-- Reads bundles as the agent writes them: a file of each role, which the sum of its text names, and the list of those in
-- force; the shapes are those of core/roles/bundle.ts. A role that runs here, or was read last, is not read again.
local digest = require('digest')
local fio = require('fio')
local fiber = require('fiber')
local json = require('json').new()
json.cfg{decode_max_depth = 256}
local bundle = {}

local READ_AT_ONCE = 65536
-- By sum: what is checked is mostly what is brought into force next.
local latest = {}

-- Written a moment ago, or read before anybody can call: it is not worth the way to a thread that may wait for the disk.
local function text_of(path)
    local file, failure = io.open(path, 'rb')
    if file == nil then
        error(('%s cannot be read: %s'):format(path, tostring(failure)), 0)
    end
    local text = file:read('*a')
    file:close()
    if type(text) ~= 'string' then
        error(('%s cannot be read'):format(path), 0)
    end
    return text
end

local function role_of(path, sum)
    local text = text_of(path)
    local ok, role = pcall(json.decode, text)
    if not ok or digest.sha256_hex(text) ~= sum then
        error(('%s is damaged%s'):format(path, ok and '' or ': ' .. tostring(role)), 0)
    end
    role.sum = sum
    return role, #text
end

-- {hash, roles} of {folder, hash, sums}; raises where something is not whole. `sum` of a role: of its text. `running`: roles by
-- that, taken as they are.
function bundle.read(wanted, running)
    local roles, fresh, since = {}, {}, 0
    for _, sum in ipairs(wanted.sums) do
        local role = running[sum] or latest[sum]
        if role == nil then
            local bytes
            role, bytes = role_of(fio.pathjoin(wanted.folder, sum), sum)
            since = since + bytes
        end
        fresh[sum] = running[sum] == nil and role or nil
        table.insert(roles, role)
        if since > READ_AT_ONCE then
            since = 0
            fiber.sleep(0)
        end
    end
    latest = fresh
    return {hash = wanted.hash, roles = roles}
end

-- {folder, hash, sums} of the list of what is to be in force.
function bundle.listed(path)
    local head, lines = text_of(path):match('^([^\n]*)\n(.*)$')
    local ok, told = pcall(json.decode, head or '')
    if not ok then
        error(('%s is damaged: %s'):format(path, tostring(told)), 0)
    end
    local sums = {}
    for sum in lines:gmatch('(%x+)\n') do
        table.insert(sums, sum)
    end
    if told.count ~= #sums then
        error(('%s is not whole'):format(path), 0)
    end
    return {folder = fio.dirname(path), hash = told.hash, sums = sums}
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
