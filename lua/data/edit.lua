-- One row is written by a person. `look` says what it is and would become, by trying it in a transaction that is taken
-- back; `write` does it where the row is still what was looked at, under the epoch and in the bucket of then.
local key_def = require('key_def')
local transaction = require('transaction')
local lease = require('lease')
local coterie = require('coterie')
local define = require('data.define')
local bytes = require('data.bytes')
local bucket_space = require('buckets.space')
local edit = {}

local OWNS = {active = true, pinned = true}

local function key_of(space, params, tuple)
    if params.key ~= nil then
        return bytes.decode(params.key)
    end
    return key_def.new(space.index[0].parts):extract_key(tuple)
end

local function operations_of(params)
    return params.operations ~= nil and bytes.decode(params.operations) or nil
end

local function apply(space, params, key)
    if params.kind == 'insert' then
        return space:insert(bytes.decode(params.tuple))
    elseif params.kind == 'replace' then
        return space:replace(bytes.decode(params.tuple))
    elseif params.kind == 'update' then
        return space:update(key, operations_of(params))
    elseif params.kind == 'delete' then
        space:delete(key)
        return nil
    end
    error(('there is no way to write called %s'):format(tostring(params.kind)), 0)
end

local function tried(space, params, key)
    box.begin()
    local ok, row = pcall(apply, space, params, key)
    box.rollback()
    return ok, row
end

local function bucket_of(sharding, row)
    return sharding ~= nil and row ~= nil and row[sharding.field] ~= nil and tonumber(row[sharding.field]) or nil
end

-- {space, kind: get or how it is written, key?, tuple?, operations?}. `fault`: why it cannot be done.
function edit.look(params)
    local space = define.need(params.space)
    local sharding = define.sharding(space)
    local tuple = params.tuple ~= nil and bytes.decode(params.tuple) or nil
    local key = key_of(space, params, tuple)
    local before = space:get(key)
    local bucket = bucket_of(sharding, before or tuple)
    local state = bucket ~= nil and bucket_space.look(bucket) or nil
    local told = {
        definition = define.space(space), epoch = lease.epoch(), readOnly = box.info.ro, bucket = bucket or box.NULL,
        owns = bucket == nil or OWNS[state] == true, state = state or box.NULL, before = bytes.encode(bytes.shown(space, before)), after = box.NULL, fault = box.NULL,
    }
    if params.kind ~= 'get' and not define.system(space) and not box.info.ro and told.owns then
        local ok, row = tried(space, params, key)
        if not ok then
            told.fault = tostring(row)
        elseif bucket_of(sharding, row) ~= bucket and row ~= nil then
            told.fault = 'the field bucket_id says where the row is: it cannot be changed here'
        else
            told.after = bytes.encode(row)
        end
    end
    return told
end

-- Within the transaction: nothing comes between the look and the write.
local function write(params)
    local space = define.need(params.space)
    local key = key_of(space, params, params.tuple ~= nil and bytes.decode(params.tuple) or nil)
    local row
    transaction(function()
        local present, wanted = space:get(key), params.before ~= nil and bytes.decode(params.before) or nil
        if (present == nil) ~= (wanted == nil) or present ~= nil and not bytes.same(present, wanted) then
            error('CHANGED the row is not what it was: somebody has written it meanwhile', 0)
        end
        row = apply(space, params, key)
    end)
    return bytes.encode(row)
end

rawset(_G, 'coterie_data', {write = write})

-- {..., before?, bucket?, epoch}: as `look` told it.
function edit.write(params)
    if define.system(define.need(params.space)) then
        error(('REFUSED %s is a space of the system'):format(params.space), 0)
    end
    local row
    if params.bucket ~= nil then
        row = coterie.bucket_call(params.epoch, params.bucket, 'write', 'coterie_data.write', {params})
    else
        row = coterie.storage_call(params.epoch, 'write', 'coterie_data.write', {params})
    end
    return {after = row}
end

return edit
