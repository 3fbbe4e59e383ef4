-- Operations on one row, in a bucket that the caller holds. `bucket` goes into the row where it has none.
local spaces = require('crud.spaces')
local single = {}

local NONE = setmetatable({}, {__serialize = 'seq'})

local function option(opts, name)
    local value = opts ~= nil and opts[name] or nil
    return value ~= box.NULL and value or nil
end

local function cut(found, row, fields)
    if row == nil or fields == nil then
        return row
    end
    local result = setmetatable({}, {__serialize = 'seq'})
    for i, name in ipairs(fields) do
        local value = row[found.fields[name]]
        result[i] = value == nil and box.NULL or value
    end
    return result
end

local function metadata(found, fields)
    if fields == nil then
        return found.metadata
    end
    local result = {}
    for i, name in ipairs(fields) do
        local number = found.fields[name]
        if number == nil then
            box.error{code = box.error.NO_SUCH_FIELD_NAME or box.error.NO_SUCH_FIELD, reason = ("Space '%s' has no field '%s'"):format(found.name, tostring(name))}
        end
        result[i] = found.format[number]
    end
    return result
end

-- The result of crud, and nil for no error. Known fields are looked up before anything is done.
local function prepared(name, opts)
    local space, found = spaces.get(name)
    local fields = option(opts, 'fields')
    local columns = metadata(found, fields)
    return space, found, function(row)
        if option(opts, 'noreturn') then
            return nil
        end
        return {metadata = columns, rows = row ~= nil and {cut(found, row, fields)} or NONE}, nil
    end
end

local function need_bucket(found)
    if found.bucket == nil then
        error(("NOT_SHARDED {}: space '%s' has no field bucket_id"):format(found.name), 0)
    end
end

local function with_bucket(found, tuple, bucket)
    need_bucket(found)
    local present = tuple[found.bucket]
    if present == nil then
        for i = #tuple + 1, found.bucket - 1 do
            tuple[i] = box.NULL
        end
        tuple[found.bucket] = bucket
    elseif present ~= bucket then
        box.error{code = box.error.ILLEGAL_PARAMS, reason = ('the row says bucket_id %s, and the call goes to bucket %d'):format(tostring(present), bucket)}
    end
    return tuple
end

-- The row of that key, if it is in the bucket.
local function present(space, found, key, bucket)
    need_bucket(found)
    local row = space:get(key)
    return row ~= nil and row[found.bucket] == bucket and row or nil
end

function single.insert(bucket, name, tuple, opts)
    local space, found, result = prepared(name, opts)
    return result(space:insert(with_bucket(found, tuple, bucket)))
end

function single.replace(bucket, name, tuple, opts)
    local space, found, result = prepared(name, opts)
    return result(space:replace(with_bucket(found, tuple, bucket)))
end

function single.upsert(bucket, name, tuple, operations, opts)
    local space, found, result = prepared(name, opts)
    space:upsert(with_bucket(found, tuple, bucket), operations)
    return result(nil)
end

function single.get(bucket, name, key, opts)
    local space, found, result = prepared(name, opts)
    return result(present(space, found, key, bucket))
end

function single.update(bucket, name, key, operations, opts)
    local space, found, result = prepared(name, opts)
    return result(present(space, found, key, bucket) ~= nil and space:update(key, operations) or nil)
end

function single.delete(bucket, name, key, opts)
    local space, found, result = prepared(name, opts)
    local row = present(space, found, key, bucket)
    if row ~= nil then
        space:delete(key)
    end
    return result(row)
end

-- By names of fields: in the order of the format, null where nothing is said.
local function tuple_of(found, object)
    local tuple, left = {}, {}
    for name in pairs(object) do
        left[name] = true
    end
    for i, field in ipairs(found.format) do
        local value = object[field.name]
        tuple[i] = value == nil and box.NULL or value
        left[field.name] = nil
    end
    local unknown = next(left)
    if unknown ~= nil then
        box.error{code = box.error.ILLEGAL_PARAMS, reason = ("Space '%s' has no field '%s'"):format(found.name, tostring(unknown))}
    end
    return tuple
end

function single.insert_object(bucket, name, object, opts)
    local _, found = spaces.get(name)
    return single.insert(bucket, name, tuple_of(found, object), opts)
end

function single.replace_object(bucket, name, object, opts)
    local _, found = spaces.get(name)
    return single.replace(bucket, name, tuple_of(found, object), opts)
end

function single.upsert_object(bucket, name, object, operations, opts)
    local _, found = spaces.get(name)
    return single.upsert(bucket, name, tuple_of(found, object), operations, opts)
end

return single
