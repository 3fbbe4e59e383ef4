-- How a lease says no: a code word, facts as JSON, a sentence. `WRONG_EPOCH {"asked":3,"known":4}: ...`
local json = require('json').new()
json.cfg{encode_invalid_numbers = false, encode_use_tostring = true}
local refusal = {}

-- LEASE_EXPIRED, GATED: nothing was done, another try may go. WRONG_EPOCH: nothing was done, `known` and `master` say who to ask.
-- OUTCOME_UNKNOWN: it may have been done and may last.
function refusal.text(code, facts, sentence)
    return ('%s %s: %s'):format(code, json.encode(facts), sentence)
end

-- Of those a caller knows that nothing was done, and asks again.
local NOTHING_DONE = {LEASE_EXPIRED = true, GATED = true, WRONG_EPOCH = true, WRONG_BUCKET = true, BUCKET_MOVING = true}

-- Raises what a function raised. What it was refused by others (a nested call) says nothing of what it had done before, so
-- it must not look as if nothing was done.
function refusal.pass_on(failure, facts)
    local text = failure
    if type(failure) == 'cdata' and failure.code == box.error.PROC_LUA then
        text = failure.message
    end
    local code = type(text) == 'string' and text:match('^([A-Z_]+) {')
    if code and NOTHING_DONE[code] then
        refusal.raise('OUTCOME_UNKNOWN', facts, 'the function itself was refused something: ' .. text)
    end
    error(failure, 0)
end

function refusal.raise(code, facts, sentence)
    error(refusal.text(code, facts, sentence), 0)
end

return refusal
