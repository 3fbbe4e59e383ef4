-- Calls what a role's module may have: validate_config, init, apply_config, stop. Each has a deadline, also where it never
-- yields: nothing new is compiled by the JIT meanwhile, so that the hook of the deadline is asked.
local limited = require('limited')
local life = {SECONDS = {load = 10, validate_config = 5, init = 30, apply_config = 30, stop = 10}}

local calls = limited.group()
-- A lease lasts two seconds.
calls.turn = 0.5
local interpreting = 0

local function worded(failure)
    if type(failure) == 'table' then
        return tostring(failure.message or failure.err or failure.error or failure[1] or failure)
    end
    return tostring(failure)
end

-- Without what called it here.
local function own_part(stack)
    return stack and stack:match("^%s*(.*)\n%s*%[C%]: in function 'xpcall'") or stack
end

-- Raises nothing: true and what `f` returned, or false, the message, and the stack or nil.
function life.run(seconds, f, ...)
    local stack
    local function work(...)
        local result = {xpcall(f, function(failure)
            stack = debug.traceback('', 2)
            return worded(failure)
        end, ...)}
        return result
    end
    interpreting = interpreting + 1
    jit.off()
    local answer = limited.call(calls, seconds, work, ...)
    interpreting = interpreting - 1
    if interpreting == 0 then
        jit.on()
    end
    if answer.late then
        local why = answer.stuck and ('it held up everything else for %g s and was broken off: yield now and then'):format(calls.turn) or ('it was not done within %g s and was broken off'):format(seconds)
        return false, why, own_part(answer.stack)
    elseif not answer.ok then
        return false, worded(answer.result), own_part(stack)
    elseif not answer.result[1] then
        return false, answer.result[2], own_part(stack)
    end
    return true, answer.result[2], answer.result[3]
end

-- `module`: what init.lua has returned. A role without such a function has nothing against it.
function life.call(module, phase, ...)
    local f = type(module) == 'table' and module[phase] or nil
    if f == nil then
        return true
    end
    return life.run(life.SECONDS[phase], f, ...)
end

return life
