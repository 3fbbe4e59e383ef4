-- Tuples made of the very bytes that a log held: Lua values would not tell bytes from text, nor 5 from 5.0.
local ffi = require('ffi')
local msgpack = require('msgpack')
local raw_tuple = {}

pcall(ffi.cdef, [[
typedef struct tuple box_tuple_t;
typedef struct tuple_format box_tuple_format_t;
box_tuple_format_t *box_tuple_format_default(void);
box_tuple_t *box_tuple_new(box_tuple_format_t *format, const char *data, const char *end);
void box_tuple_unref(box_tuple_t *tuple);
]])

-- How many values an array has, and where the first begins.
local function array_at(bytes, at)
    local first = bytes:byte(at)
    if first ~= nil and first >= 0x90 and first <= 0x9f then
        return first - 0x90, at + 1
    elseif first == 0xdc then
        return bytes:byte(at + 1) * 256 + bytes:byte(at + 2), at + 3
    elseif first == 0xdd then
        local a, b, c, d = bytes:byte(at + 1, at + 4)
        return ((a * 256 + b) * 256 + c) * 256 + d, at + 5
    end
    error('it is no array', 0)
end

local function array_of(parts)
    local count = #parts
    local head
    if count < 16 then
        head = string.char(0x90 + count)
    elseif count < 65536 then
        head = string.char(0xdc, math.floor(count / 256), count % 256)
    else
        head = string.char(0xdd, math.floor(count / 16777216), math.floor(count / 65536) % 256, math.floor(count / 256) % 256, count % 256)
    end
    return head .. table.concat(parts)
end

-- The bytes of each value of an array, and where it ends.
function raw_tuple.values(bytes, at)
    local count
    count, at = array_at(bytes, at or 1)
    local result = {}
    for i = 1, count do
        local _, after = msgpack.decode(bytes, at)
        result[i] = bytes:sub(at, after - 1)
        at = after
    end
    return result, at
end

-- From memory that holds one tuple of that size.
function raw_tuple.at(start, size)
    local made = ffi.C.box_tuple_new(ffi.C.box_tuple_format_default(), start, start + size)
    if made == nil then
        box.error()
    end
    return box.internal.tuple.bless(made)
end

-- Lets go of a row that nobody looks at any more. Each that is left to the collector of garbage stands in one table until
-- then; where rows come by the thousand that grows, and growing stops everything else for tens of milliseconds.
function raw_tuple.free(tuple)
    if tuple ~= nil then
        ffi.C.box_tuple_unref(ffi.gc(tuple, nil))
    end
end

-- The same for all of a list.
function raw_tuple.free_all(tuples)
    for _, tuple in ipairs(tuples) do
        raw_tuple.free(tuple)
    end
end

-- Of `index:pairs(...):unwrap()`: walks no further. Each iterator stands in that table, too.
function raw_tuple.close(iterator)
    if iterator ~= nil then
        ffi.C.box_iterator_free(ffi.gc(iterator, nil))
    end
end

-- Throws where the bytes are not one whole array.
function raw_tuple.of(bytes)
    local _, after = raw_tuple.values(bytes)
    if after ~= #bytes + 1 then
        error('bytes follow the row', 0)
    end
    return raw_tuple.at(ffi.cast('const char *', bytes), #bytes)
end

function raw_tuple.bytes(tuple)
    return tuple ~= nil and msgpack.encode(tuple) or nil
end

-- The key of a row by the parts of an index.
function raw_tuple.key(bytes, parts)
    local values, key = raw_tuple.values(bytes), {}
    for i, part in ipairs(parts) do
        if part.path ~= nil then
            local path = part.path:sub(1, 1) == '[' and part.path or '.' .. part.path
            key[i] = msgpack.encode(raw_tuple.of(bytes)[('[%d]%s'):format(part.fieldno, path)])
        else
            key[i] = values[part.fieldno] or msgpack.encode(nil)
        end
    end
    return array_of(key)
end

-- Operations of an update, whose fields count from `base`, for `space:update`, where they count from 1.
function raw_tuple.operations(bytes, base)
    local result = {}
    for i, operation in ipairs((raw_tuple.values(bytes))) do
        local parts = raw_tuple.values(operation)
        local field = parts[2] and msgpack.decode(parts[2])
        if type(field) == 'number' and field >= 0 then
            parts[2] = msgpack.encode(field + 1 - base)
        end
        result[i] = array_of(parts)
    end
    return raw_tuple.of(array_of(result))
end

return raw_tuple
