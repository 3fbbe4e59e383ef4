-- Read-only SQL: a statement that begins as one that reads, and whose program, as Tarantool explains it, calls no function of a
-- user's: that is Lua, and may write.
local sql = {}

local READS = {SELECT = true, VALUES = true, WITH = true, EXPLAIN = true, PRAGMA = true}
local WRITES = {INSERT = true, REPLACE = true, UPDATE = true, DELETE = true}
-- Calls of functions that are no built-in ones.
local CALLS = {FunctionByName = true, Function = true, Function0 = true}
-- Columns of an EXPLAIN.
local OPCODE, ABOUT = 2, 6
-- They hold the hashes of passwords.
local SECRET = {['space<name=_user>'] = true, ['space<name=_vuser>'] = true}

-- Text, names in quotes and remarks: how each begins, and the pattern of its end.
local QUOTED = {["'"] = "'", ['"'] = '"', ['--'] = '\n', ['/*'] = '%*/'}

-- Words outside of those, in capitals. They are passed over in the order in which they stand: a remark within a text is none.
local function words_of(code)
    local words, at = {}, 1
    while at <= #code do
        local ends = QUOTED[code:sub(at, at + 1)] or QUOTED[code:sub(at, at)]
        local word = code:match('^[%a_][%w_]*', at)
        if ends ~= nil then
            local _, last = code:find(ends, at + (code:sub(at, at + 1):match('^%-%-') and 2 or code:sub(at, at + 1) == '/*' and 2 or 1))
            at = (last or #code) + 1
        elseif word ~= nil then
            table.insert(words, word:upper())
            at = at + #word
        else
            at = at + 1
        end
    end
    return words
end

local function refuse(why)
    error(('this console is read-only: %s'):format(why), 0)
end

-- Raises where it may write.
function sql.check(code)
    local words = words_of(code)
    local first = words[1]
    if not READS[first or ''] then
        refuse(('only SELECT, VALUES, WITH, EXPLAIN and PRAGMA read, not %s'):format(first or 'that'))
    elseif first == 'EXPLAIN' or first == 'PRAGMA' then
        if first == 'PRAGMA' and code:find('=', 1, true) then
            refuse('a PRAGMA with a value sets it')
        end
        return
    end
    for _, word in ipairs(first == 'WITH' and words or {}) do
        if WRITES[word] then
            refuse(('a WITH that is about to %s'):format(word))
        end
    end
    local program, failure = box.execute('EXPLAIN ' .. code)
    if program == nil then
        error(tostring(failure), 0)
    end
    for _, step in ipairs(program.rows or {}) do
        if CALLS[step[OPCODE]] then
            refuse(('it calls a function of a user, which may write: %s'):format(tostring(step[ABOUT])))
        elseif SECRET[step[ABOUT]] then
            error('hashes of passwords are not shown here', 0)
        end
    end
end

return sql
