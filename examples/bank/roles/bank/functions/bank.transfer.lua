-- owner, id, from, to, cents: true; false where the transfer of that id was made before.
local bank = require('bank')

return function(owner, id, from, to, cents)
    if from == to then
        error('a transfer goes from one account to another', 0)
    end
    return bank.move(owner, id, from, to, cents)
end
