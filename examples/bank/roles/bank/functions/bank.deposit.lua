-- owner, id, account, cents: true; false where the transfer of that id was made before.
local bank = require('bank')

return function(owner, id, account, cents)
    return bank.move(owner, id, nil, account, cents)
end
