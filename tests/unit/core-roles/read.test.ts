import { describe, expect, test } from 'vitest';
import { codeFaults } from '~/core/roles/code-faults.ts';
import { rolesIn } from '~/core/roles/read.ts';
import { bank, placesOf } from './support.ts';

describe('a role', () => {
  test('is read from its files, with what role.yml leaves out', () => {
    const { roles, faults } = rolesIn(bank);
    expect(faults).toEqual([]);
    expect([...roles.keys()]).toEqual(['bank', 'money']);
    expect(roles.get('bank')).toMatchObject({
      hidden: false, permanent: false, dependencies: ['storage', 'money'],
      spaces: { accounts: { engine: 'memtx', is_local: false, indexes: [{ name: 'id', type: 'TREE', unique: true }, { unique: false }] } },
      modules: [{ name: 'bank' }, { name: 'bank.rates' }],
      functions: [{ name: 'bank.balance', mode: 'read', access: [], code: { file: 'roles/bank/functions/bank.balance.lua', lineOffset: 0 } }, { name: 'bank.transfer', mode: 'write', timeout: 5, code: { file: 'roles/bank/role.yml', lineOffset: 18, columnOffset: 6 } }],
      migrations: [{ name: '0001-owners', number: 1, down: { text: 'return true\n' } }, { name: '0002-later', down: null }],
    });
  });

  test('is read once for one configuration, and what did not change not again for the next', () => {
    expect(rolesIn(bank)).toBe(rolesIn(bank));
    expect(rolesIn({ ...bank }).roles.get('bank')?.spaces).toBe(rolesIn(bank).roles.get('bank')?.spaces);
  });

  test('calls functions of other roles without a warning', () => expect(codeFaults(bank)).toEqual([]));

  test('may leave tables empty, and a function whose body is a file', () => {
    expect(placesOf({ 'roles/a/role.yml': 'spaces:\nfunctions:\n  a.b:\n', 'roles/a/functions/a.b.lua': 'return print' })).toEqual([]);
    expect(placesOf({ 'roles/a/role.yml': '' })).toEqual([]);
  });
});

describe('a fault', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['YAML that cannot be read', { 'roles/a/role.yml': 'summary: x\nhidden: [true\nx: 1' }, ['roles/a/role.yml:3:1 error yaml']],
    ['a key twice', { 'roles/a/role.yml': 'summary: x\nhidden: true\nsummary: y' }, ['roles/a/role.yml:3:1 error yaml']],
    ['an unknown key', { 'roles/a/role.yml': 'summary: x\nhiden: true' }, ['roles/a/role.yml:2:1 error shape']],
    ['an unknown key inside', { 'roles/a/role.yml': 'functions:\n  a.b:\n    body: function() end\n    mod: read' }, ['roles/a/role.yml:4:5 error shape']],
    ['a wrong type', { 'roles/a/role.yml': 'dependencies:\n  - storage\n  - {a: b}' }, ['roles/a/role.yml:3:5 error shape']],
    ['a wrong name of a function', { 'roles/a/role.yml': 'functions:\n  a-b:\n    body: function() end' }, ['roles/a/role.yml:2:3 error shape']],
    ['a list for a role', { 'roles/a/role.yml': '- a' }, ['roles/a/role.yml:1:1 error shape']],
    ['aliases that grow without end', { 'roles/a/role.yml': `a: &a [x,x,x,x,x,x,x,x]\n${['b', 'c', 'd'].map((name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcd'[index]}`).join(',')}]`).join('\n')}` }, ['roles/a/role.yml:1:1 error shape']],
    ['no role.yml', { 'roles/a/init.lua': 'return {}' }, ['roles/a/init.lua error missingDefinition']],
    ['no folder', { 'roles/a.lua': 'return {}' }, ['roles/a.lua error badName']],
    ['a name that no role may have', { 'roles/Bank/role.yml': '' }, ['roles/Bank/role.yml error badName']],
    ['a file for nothing', { 'roles/a/role.yml': '', 'roles/a/x.txt': '' }, ['roles/a/x.txt warning stray']],
    ['a module that require cannot name', { 'roles/a/role.yml': '', 'roles/a/b.c.lua': '' }, ['roles/a/b.c.lua warning stray']],
    ['two modules of one name', { 'roles/a/role.yml': '', 'roles/a/b.lua': '', 'roles/a/b/init.lua': '' }, ['roles/a/b/init.lua error twice']],
    ['a body too few', { 'roles/a/role.yml': 'functions:\n  a.b: {mode: read}' }, ['roles/a/role.yml:2:3 error noBody']],
    ['a body too many', { 'roles/a/role.yml': 'functions:\n  a.b: {body: function() end}', 'roles/a/functions/a.b.lua': 'return print' }, ['roles/a/role.yml:2:3 error twoBodies']],
    ['a body of nothing', { 'roles/a/role.yml': '', 'roles/a/functions/a.b.lua': 'return print' }, ['roles/a/functions/a.b.lua error unnamed']],
    ['a function in two roles', { 'roles/a/role.yml': 'functions:\n  x: {body: function() end}', 'roles/b/role.yml': 'functions:\n  x: {body: function() end}' }, ['roles/b/role.yml:2:3 error twice']],
    ['a space in two roles', { 'roles/a/role.yml': 'spaces:\n  x: {format: [{name: a, type: unsigned}], indexes: [{name: p, parts: [{path: a, type: unsigned}]}]}', 'roles/b/role.yml': 'spaces:\n  x: {format: [{name: a, type: unsigned}], indexes: [{name: p, parts: [{path: a, type: unsigned}]}]}' }, ['roles/b/role.yml:2:3 error twice']],
    ['a function within a function', { 'roles/a/role.yml': 'functions:\n  a: {body: function() end}\n  a.b.c: {body: function() end}' }, ['roles/a/role.yml:3:3 error takenName']],
    ['a function in place of a global', { 'roles/a/role.yml': 'functions:\n  box.x: {body: function() end}' }, ['roles/a/role.yml:2:3 error takenName']],
    ['the name of a built-in role', { 'roles/router/role.yml': '' }, ['roles/router/role.yml error takenName']],
    ['the name of a module of Tarantool', { 'roles/fiber/role.yml': '' }, ['roles/fiber/role.yml error takenName']],
    ['the name of what an instance is', { 'roles/master/role.yml': '' }, ['roles/master/role.yml error takenName']],
    ['a dependency on nothing', { 'roles/a/role.yml': 'dependencies:\n  - storage\n  - nobody' }, ['roles/a/role.yml:3:5 error dependency']],
    ['a dependency twice', { 'roles/a/role.yml': 'dependencies: [storage, storage]' }, ['roles/a/role.yml:1:25 error dependency']],
    ['a circle', { 'roles/c/role.yml': 'dependencies: [a]', 'roles/a/role.yml': 'dependencies: [b]', 'roles/b/role.yml': 'dependencies: [c]' }, ['roles/a/role.yml:1:16 error cycle']],
    ['a need of itself', { 'roles/a/role.yml': 'dependencies: [a]' }, ['roles/a/role.yml:1:16 error cycle']],
    ['a section that is not there', { 'roles/a/role.yml': 'sections: [nowhere]' }, ['roles/a/role.yml warning section']],
    ['a way back from nothing', { 'roles/a/role.yml': '', 'roles/a/migrations/0001-x.down.lua': '' }, ['roles/a/migrations/0001-x.down.lua error noMigration']],
  ])('%s is told with its place', (_, sections, places) => expect(placesOf(sections)).toEqual(places));

  test('of a circle names it', () => expect(codeFaults({ 'roles/c/role.yml': 'dependencies: [a]', 'roles/a/role.yml': 'dependencies: [b]', 'roles/b/role.yml': 'dependencies: [c]' })[0]?.sentence).toContain('a -> b -> c -> a'));

  test('in a section that a role reads is nobody’s stray file', () => expect(placesOf({ 'roles/a/role.yml': 'sections: [roles/a/x.txt]', 'roles/a/x.txt': '' })).toEqual([]));
});
