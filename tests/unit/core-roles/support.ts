import { codeFaults } from '~/core/roles/code-faults.ts';
import { placeText } from '~/core/roles/fault.ts';

/** "roles/bank/role.yml:3:5 error cycle", for each fault. */
export const placesOf = (sections: Readonly<Record<string, string>>): string[] => codeFaults(sections).map((fault) => `${placeText(fault)} ${fault.severity} ${fault.code}`);

/** The text with `yml` under `spaces`. */
export const spacesYml = (spaces: string, rest = ''): Record<string, string> => ({ 'roles/bank/role.yml': `${rest}spaces:\n${spaces}` });

export const bank: Readonly<Record<string, string>> = {
  'roles/bank/role.yml': `summary: Accounts and transfers between them
dependencies: [storage, money]
sections: [bank/limits.yml, bank/motd]
spaces:
  accounts:
    format:
      - {name: id, type: unsigned}
      - {name: bucket_id, type: unsigned}
      - {name: owner, type: string, is_nullable: true}
    indexes:
      - {name: id, parts: [{path: id, type: unsigned}]}
      - {name: bucket_id, unique: false, parts: [{path: bucket_id, type: unsigned}]}
    sharding_key: [id]
functions:
  bank.transfer:
    access: [app]
    timeout: 5
    body: |
      function(from, to, amount)
        return money.rounded(amount)
      end
  bank.balance:
    mode: read
`,
  'roles/bank/init.lua': "local rates = require('bank.rates')\nreturn { init = function() return rates end }\n",
  'roles/bank/rates.lua': 'return {}\n',
  'roles/bank/functions/bank.balance.lua': 'return function(id) return box.space.accounts:get(id) end\n',
  'roles/bank/migrations/0002-later.lua': 'return true\n',
  'roles/bank/migrations/0001-owners.lua': 'return true\n',
  'roles/bank/migrations/0001-owners.down.lua': 'return true\n',
  'roles/bank/README.md': 'About the bank.',
  'roles/money/role.yml': 'hidden: true\nfunctions:\n  money.rounded: {body: "function(amount) return amount end"}\n',
  'bank/limits.yml': 'max: 100\n',
  'bank/motd': 'max: 100\n',
};
