/** A short role to start from: accounts with a balance, and a transfer between two of one storage. */
export const exampleRole = 'bank';

const definition = `# What the role has. Its code is in the files beside this one.
summary: Accounts and transfers between them
dependencies: [storage]
spaces:
  accounts:
    format:
      - {name: id, type: unsigned}
      - {name: bucket_id, type: unsigned}
      - {name: owner, type: string}
      - {name: balance, type: unsigned}
    indexes:
      - {name: id, parts: [{path: id, type: unsigned}]}
      - {name: bucket_id, unique: false, parts: [{path: bucket_id, type: unsigned}]}
    sharding_key: [id]
functions:
  bank.open:
    access: []           # users of the database that may call it
    mode: write          # on the master only
    timeout: 5           # seconds
  bank.balance:
    access: []
    mode: read           # anywhere; what it would write is refused
    timeout: 5
`;

const module = `-- require('bank'): what its functions share.
local bank = {}

function bank.account(id)
    local account = box.space.accounts:get(id)
    if account == nil then
        error(('there is no account %s'):format(id))
    end
    return account
end

return bank
`;

const open = `-- bank.open(id, bucket_id, owner, balance)
return function(id, bucket_id, owner, balance)
    return box.space.accounts:insert({id, bucket_id, owner, balance})
end
`;

const balance = `-- bank.balance(id)
local bank = require('bank')

return function(id)
    return bank.account(id).balance
end
`;

export const exampleFiles: Readonly<Record<string, string>> = {
  [`roles/${exampleRole}/role.yml`]: definition,
  [`roles/${exampleRole}/init.lua`]: module,
  [`roles/${exampleRole}/functions/bank.open.lua`]: open,
  [`roles/${exampleRole}/functions/bank.balance.lua`]: balance,
};
