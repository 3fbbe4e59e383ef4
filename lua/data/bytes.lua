-- Rows, keys and operations as they travel to people: the very bytes, in base64. Lua values would not tell bytes from text,
-- nor 5 from 5.0. What nobody should read is not in them.
local digest = require('digest')
local raw_tuple = require('raw-tuple')
local bytes = {}

-- _user and _vuser: the hashes of passwords.
local HIDDEN = {[304] = 5, [305] = 5}
local NOTHING = setmetatable({}, {__serialize = 'map'})

-- The row without what is hidden.
function bytes.shown(space, row)
    local field = HIDDEN[space.id]
    return field ~= nil and row ~= nil and row[field] ~= nil and row:update({{'=', field, NOTHING}}) or row
end

function bytes.encode(tuple)
    return tuple ~= nil and digest.base64_encode(raw_tuple.bytes(tuple), {nowrap = true}) or box.NULL
end

function bytes.decode(text)
    return text ~= nil and raw_tuple.of(digest.base64_decode(text)) or nil
end

function bytes.same(a, b)
    return raw_tuple.bytes(a) == raw_tuple.bytes(b)
end

return bytes
