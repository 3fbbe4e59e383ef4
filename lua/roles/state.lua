-- What of roles runs here: code, and how each role fares. One change at a time: whoever changes it has `turn`.
local clock = require('clock')
local fiber = require('fiber')
local log = require('log')
local globals = require('roles.globals')
local figures = require('roles.figures')
local reading = require('roles.reading')
local room = require('roles.room')
-- `hash`: of the bundle whose code runs. `begun`: of the one whose life cycle has run. `master`: what roles were last told.
-- `doing`: for people, what is under way. `gone`: failures of roles that are no more.
local state = {hash = nil, begun = nil, room = room.new(false), entries = {}, order = {}, gone = {}, master = nil, doing = nil}

local STACK_BYTES_MAX = 4000
local MESSAGE_BYTES_MAX = 1000
local FAILED_TOLD_MAX = 100
local turn = fiber.channel(1)

-- One after the other.
function state.alone(f, ...)
    turn:put(true)
    local ok, failure = pcall(f, ...)
    state.doing = nil
    turn:get()
    if not ok then
        error(failure, 0)
    end
end

function state.failed(entry, phase, message, stack)
    log.error('role %s failed in %s: %s%s', entry.name, phase, message, stack or '')
    entry.failure = entry.failure or {phase = phase, message = message, stack = stack}
    entry.failure.at = entry.failure.at or math.floor(clock.realtime() * 1000)
end

-- Puts code in place of what runs, all of it at once: nothing yields here.
function state.replace(hash, loaded)
    local functions, reads = {}, false
    for _, entry in pairs(loaded.entries) do
        for name, wrapped in pairs(entry.functions) do
            functions[name] = wrapped
            reads = reads or entry.definitions[name].mode == 'read'
        end
        if entry.failure ~= nil then
            state.failed(entry, entry.failure.phase, entry.failure.message, entry.failure.stack)
        end
    end
    for _, entry in pairs(state.entries) do
        for name in pairs(entry.functions) do
            if functions[name] == nil then
                figures.forget(name)
            end
        end
    end
    reading.want('functions', reads)
    globals.replace(functions)
    for name, module in pairs(state.room.modules) do
        if rawequal(package.loaded[name], module.value) then
            package.loaded[name] = nil
        end
    end
    for name, module in pairs(loaded.room.modules) do
        package.loaded[name] = module.value
    end
    state.room.next = loaded.room
    loaded.room:settle()
    state.room, state.entries, state.order, state.hash = loaded.room, loaded.entries, loaded.order, hash
end

-- By the sum of their lines in the bundle: roles that run as they stand there.
function state.running()
    local result = {}
    for _, entry in pairs(state.entries) do
        if entry.failure == nil and not entry.unloaded then
            result[entry.role.sum] = entry.role
        end
    end
    return result
end

local function short(text, bytes)
    return text == nil and box.NULL or #text > bytes and text:sub(1, bytes) .. '...' or text
end

local function failures()
    local result = setmetatable({}, {__serialize = 'seq'})
    local function add(name, failure)
        if failure ~= nil and #result < FAILED_TOLD_MAX then
            table.insert(result, {role = name, phase = failure.phase, message = short(failure.message, MESSAGE_BYTES_MAX), stack = short(failure.stack, STACK_BYTES_MAX), at = failure.at or box.NULL})
        end
    end
    for _, name in ipairs(state.order) do
        add(name, state.entries[name].failure)
    end
    for name, failure in pairs(state.gone) do
        add(name, failure)
    end
    return result
end

-- Short, as it is told each second.
function state.told()
    local functions = 0
    for _, entry in pairs(state.entries) do
        for _ in pairs(entry.functions) do
            functions = functions + 1
        end
    end
    return {hash = state.begun or box.NULL, code = state.hash or box.NULL, roles = #state.order, functions = functions, doing = state.doing or box.NULL, failed = failures()}
end

return state
