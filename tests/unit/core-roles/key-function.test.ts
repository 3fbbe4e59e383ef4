import { expect, test } from 'vitest';
import { codeFaults } from '~/core/roles/code-faults.ts';
import { keyBodies } from '~/core/roles/key-function.ts';
import { rolesIn } from '~/core/roles/read.ts';

/** An index by `shop.key`, whose body is this; `shop.other` makes no keys. */
const files = (body: string) => ({
  'roles/shop/role.yml': `spaces:
  goods:
    format: [{name: id, type: unsigned}, {name: name, type: string}]
    indexes:
      - {name: id, parts: [{path: id, type: unsigned}]}
      - {name: low, unique: false, func: shop.key, parts: [{path: "1", type: string}]}
functions:
  shop.key: {mode: read}
  shop.other: {body: "function() return box.info.lsn end"}
`,
  'roles/shop/functions/shop.key.lua': body,
});
const faults = (body: string) => codeFaults(files(body)).filter(({ code }) => code === 'keyFunction');

test('a function that makes keys may use what the sandbox has, and nothing more', () => {
  expect(faults("local at = 2\nreturn function(row)\n  return {string.lower(row[at])}\nend\n")).toEqual([]);
  expect(faults("-- of the name\nfunction(row) return {row[2]:lower()} end\n")).toEqual([]);
  expect(faults("local fiber = require('fiber')\nreturn function(row)\n  return {box.info.lsn, box.cfg, row[1]}\nend\n")).toMatchObject([
    { severity: 'error', file: 'roles/shop/functions/shop.key.lua', line: 1, column: 15, sentence: expect.stringContaining('without require') },
    { line: 3, column: 11, sentence: expect.stringContaining('without box') },
  ]);
  expect(faults('function(row) return {os.time()} end')).toMatchObject([{ line: 1, column: 23 }]);
  expect(faults('function(')).toEqual([]);
});

test('its text is an expression for Tarantool, also where it is a chunk', () => {
  const bodies = (body: string) => keyBodies([...rolesIn(files(body)).roles.values()]);
  expect(bodies('function(row) return {row[1]} end')).toEqual({ 'shop.key': 'function(row) return {row[1]} end' });
  expect(bodies('return function(row) return {row[1]} end -- last')).toEqual({ 'shop.key': '(function()\nreturn function(row) return {row[1]} end -- last\n)()'.replace('last\n', 'last\nend') });
});
