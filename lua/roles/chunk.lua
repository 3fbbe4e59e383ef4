-- Compiles a piece of a file of the configuration, so that whatever is said of it names that file and its line there.
-- A piece is {file, lineOffset, text}.
local chunk = {}

local BINARY = 27

-- Lua shortens long names to their end.
local function named(shown, files)
    for file in pairs(files) do
        if shown == file or shown:sub(1, 3) == '...' and file:sub(-#shown + 3) == shown:sub(4) then
            return file
        end
    end
end

-- Where code of these files was that called what failed.
local function caller_in(stack, files)
    for shown, line in (stack or ''):gmatch('([^%s:]+):(%d+): in') do
        local found = named(shown, files)
        if found ~= nil then
            return found, tonumber(line)
        end
    end
end

-- What is wrong, for people and machines: {file, line, column, code, sentence}; line and column may be null. `file`: where it
-- is, unless the failure or its stack names another of `files`.
function chunk.fault(code, file, failure, files, stack)
    local text = tostring(failure)
    local shown, line, rest = text:match('^([^\n:]+):(%d+): (.*)$')
    local found = shown and named(shown, files or {[file] = true})
    if found == nil then
        local at, at_line = caller_in(stack, files or {})
        return {file = at or file, line = at_line or box.NULL, column = box.NULL, code = code, sentence = text}
    end
    return {file = found, line = math.max(tonumber(line), 1), column = box.NULL, code = code, sentence = rest}
end

-- Spaces and comments before the first word are no part of it.
local function first_word(text)
    local at = 1
    while true do
        at = text:match('^%s*()', at)
        local long = text:match('^%-%-%[(=*)%[', at)
        local stop
        if long ~= nil then
            stop = select(2, text:find(']' .. long .. ']', at, true))
        elseif text:sub(at, at + 1) == '--' then
            stop = text:find('\n', at, true)
        else
            return at
        end
        if stop == nil then
            return #text + 1
        end
        at = stop + 1
    end
end

local function compiled(piece, prefix)
    if piece.text:byte(1) == BINARY then
        return nil, chunk.fault('luaSyntax', piece.file, 'compiled code is not taken: only its source can be read and checked')
    end
    -- `@`: of a long name messages show the end.
    local f, failure = loadstring(('\n'):rep(piece.lineOffset) .. prefix .. piece.text, '@' .. piece.file)
    if f == nil then
        return nil, chunk.fault('luaSyntax', piece.file, failure)
    end
    return f
end

-- The chunk; nil and the fault where it does not compile.
function chunk.module(piece)
    return compiled(piece, '')
end

-- A chunk that returns the function, which stands there as a chunk that does that or as a function alone.
function chunk.body(piece)
    local alone = piece.text:match('^function%s*%(', first_word(piece.text)) ~= nil
    return compiled(piece, alone and 'return ' or '')
end

return chunk
