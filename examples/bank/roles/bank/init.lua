-- What the functions of the bank share: the limits, and the one way in which money moves.
local clock = require('clock')
local bank = {}

local LIMITS = 'roles/bank/limits.yml'
local limits

local function natural(value)
    return type(value) == 'number' and value > 0 and value % 1 == 0
end

-- Before anything is applied, on every instance: what is refused here is refused on all.
function bank.validate_config(conf)
    local wanted = conf[LIMITS]
    if type(wanted) ~= 'table' or not natural(wanted.max_cents) then
        return false, ('%s: max_cents has to be a whole number above 0'):format(LIMITS)
    end
    if type(wanted.currency) ~= 'string' or #wanted.currency ~= 3 then
        return false, ('%s: currency has to be three letters'):format(LIMITS)
    end
    return true
end

function bank.apply_config(conf)
    limits = conf[LIMITS]
end

function bank.currency()
    return limits.currency
end

-- Moves money, all of it or nothing. `from` nil: it comes from outside. The id is the caller's: whoever does not know
-- whether a transfer was made asks again with the same id, and it is made once.
function bank.move(owner, id, from, to, cents)
    return box.atomic(function()
        if box.space.transfers:get{owner, id} ~= nil then
            return false
        end
        if not natural(cents) or cents > limits.max_cents then
            error(('the amount has to be a whole number of cents from 1 to %d, not %s'):format(limits.max_cents, tostring(cents)), 0)
        end
        for _, account in pairs({from = from, to = to}) do
            if box.space.accounts:get{owner, account} == nil then
                error(('%s has no account %s'):format(owner, account), 0)
            end
        end
        if from ~= nil then
            if box.space.accounts:get{owner, from}.cents < cents then
                error(('there is less than that in account %s of %s'):format(from, owner), 0)
            end
            box.space.accounts:update({owner, from}, {{'-', 'cents', cents}})
        end
        box.space.accounts:update({owner, to}, {{'+', 'cents', cents}})
        box.space.transfers:insert{owner, id, coterie.strcrc32(owner), from or box.NULL, to, cents, clock.realtime()}
        return true
    end)
end

return bank
