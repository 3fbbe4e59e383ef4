-- How a lease says no: a code word, facts as JSON, a sentence. `WRONG_EPOCH {"asked":3,"known":4}: ...`
local json = require('json').new()
json.cfg{encode_invalid_numbers = false, encode_use_tostring = true}
local refusal = {}

-- LEASE_EXPIRED, GATED: nothing was done, another try may go. WRONG_EPOCH: nothing was done, `known` and `master` say who to ask.
-- OUTCOME_UNKNOWN: it may have been done and may last.
function refusal.text(code, facts, sentence)
    return ('%s %s: %s'):format(code, json.encode(facts), sentence)
end

function refusal.raise(code, facts, sentence)
    error(refusal.text(code, facts, sentence), 0)
end

return refusal
