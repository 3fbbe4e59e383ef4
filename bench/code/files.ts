/** Roles as big as somebody may have them: each with a module, a space and functions that use both. */

export const roles = 20;
export const functionsEach = 50;

/** `stamp` stands in every text, so that nobody has seen any of them before. */
export function filesOf(stamp: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (let role = 0; role < roles; role++) {
    const name = roleName(role);
    files[`roles/${name}/role.yml`] = definitionOf(name, stamp);
    files[`roles/${name}/init.lua`] = `-- ${stamp}\nlocal role = {rate = 3, told = 0}\nfunction role.validate_config(conf)\n  return type(conf) == 'table'\nend\nfunction role.apply_config(conf, options)\n  role.told = role.told + 1\nend\nfunction role.price(row)\n  return row.amount * role.rate\nend\nreturn role\n`;
    for (let at = 0; at < functionsEach; at++) files[fileOf(name, at)] = bodyOf(name, at, stamp);
  }
  return files;
}

export const roleName = (role: number): string => `shop${role}`;
export const fileOf = (role: string, at: number): string => `roles/${role}/functions/${role}.order${at}.lua`;

const definitionOf = (name: string, stamp: string): string =>
  `# ${stamp}\ndependencies: [storage]\nspaces:\n  ${name}_orders:\n    format:\n      - {name: id, type: unsigned}\n      - {name: owner, type: string}\n      - {name: amount, type: unsigned}\n    indexes:\n      - {name: id, parts: [{path: id, type: unsigned}]}\n      - {name: owner, unique: false, parts: [{path: owner, type: string}]}\nfunctions:\n${Array.from({ length: functionsEach }, (_, at) => `  ${name}.order${at}: {mode: ${at % 2 === 0 ? 'read' : 'write'}, timeout: 2}\n`).join('')}`;

/** About a page of Lua, as people write it. */
export const bodyOf = (name: string, at: number, stamp: string): string => `-- ${stamp}
local role = require('${name}')

local function sum(owner, limit)
  local total, count = 0, 0
  for _, row in box.space.${name}_orders.index.owner:pairs(owner) do
    if count >= limit then
      break
    end
    total = total + role.price(row)
    count = count + 1
  end
  return total, count
end

return function(owner, limit)
  if type(owner) ~= 'string' or #owner == 0 then
    error('order${at}: an owner is needed', 0)
  end
  local total, count = sum(owner, limit or 100)
  return {owner = owner, total = total, count = count, kind = ${at}}
end
`;
