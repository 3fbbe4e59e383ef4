import { describe, expect, test } from 'vitest';
import { bundleFor } from '~/core/roles/bundle.ts';
import { byText } from '~/core/roles/memo.ts';
import { cyclesIn, inDependencyOrder } from '~/core/roles/order.ts';
import { hashOf } from '~/link/hash.ts';
import { clusterOf, instanceId } from '~/tests/unit/core-topology/support.ts';
import { bank } from './support.ts';

const config = clusterOf({ s1: { roles: ['bank', 'money', 'storage'], members: { a1: {}, a2: {} } }, r1: { roles: ['router'], members: { b1: {} } } }, { sections: { ...bank } });
const bundleOf = (instance: number, over = {}) => bundleFor({ ...config, ...over }, instanceId(instance), { hashOf });

describe('a bundle', () => {
  test('has the roles of the replicaset, those that others need first, with what they read', () => {
    const { hash, roles } = bundleOf(1);
    expect(roles.map(({ name }) => name)).toEqual(['money', 'bank']);
    expect(roles[1]).toMatchObject({
      conf: { 'bank/limits.yml': { max: 100 }, 'bank/motd': 'max: 100\n' },
      modules: [{ name: 'bank', code: { file: 'roles/bank/init.lua', lineOffset: 0 } }, { name: 'bank.rates' }],
      functions: [{ name: 'bank.balance' }, { name: 'bank.transfer', access: ['app'], mode: 'write', quorum: false, timeout: 5, code: { file: 'roles/bank/role.yml', lineOffset: 18, text: 'function(from, to, amount)\n  return money.rounded(amount)\nend\n' } }],
      spaces: { accounts: { sharding_key: ['id'] } },
      migrations: [{ name: '0001-owners', number: 1, hash: hashOf('return true\n'), up: { file: 'roles/bank/migrations/0001-owners.lua', lineOffset: 0, text: 'return true\n' }, down: { file: 'roles/bank/migrations/0001-owners.down.lua' } }, { name: '0002-later', number: 2 }],
    });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(JSON.stringify(roles))).toEqual(roles);
  });

  test('is the same for all of a replicaset, and changes with what runs only', () => {
    expect(bundleOf(2)).toEqual(bundleOf(1));
    const changed = (name: string, text: string) => bundleOf(1, { sections: { ...bank, [name]: text } }).hash !== bundleOf(1).hash;
    expect([changed('roles/bank/rates.lua', 'return 2'), changed('bank/limits.yml', 'max: 1'), changed('roles/bank/README.md', 'x'), changed('other', 'x'), changed('roles/bank/migrations/0003-x.lua', 'x')]).toEqual([true, true, false, false, true]);
  });

  test('is empty without custom roles, and for who is in no replicaset', () => {
    expect(bundleOf(3)).toEqual({ hash: hashOf('[]'), roles: [], sums: [] });
    expect(bundleOf(9)).toEqual({ hash: hashOf('[]'), roles: [], sums: [] });
  });

  test('hands over a section that cannot be parsed as the text that it is', () => {
    expect(bundleOf(1, { sections: { ...bank, 'bank/limits.yml': 'a: [' } }).roles[1]?.conf['bank/limits.yml']).toBe('a: [');
  });
});

describe('the order of dependencies', () => {
  const needs = new Map([['a', ['b', 'c']], ['b', ['c']], ['c', []], ['d', ['nobody', 'a']]]);

  test('puts what is needed first, and by name otherwise', () => {
    expect(inDependencyOrder(['d', 'c', 'a', 'b'], needs)).toEqual(['c', 'b', 'a', 'd']);
    expect(cyclesIn(needs)).toEqual([]);
  });

  test('of a circle ends, and names it once', () => {
    const circle = new Map([['c', ['a']], ['a', ['b']], ['b', ['c', 'x']], ['x', ['x']], ['y', ['b']]]);
    expect(inDependencyOrder([...circle.keys()], circle).toSorted()).toEqual(['a', 'b', 'c', 'x', 'y']);
    expect(cyclesIn(circle)).toEqual([['a', 'b', 'c', 'a'], ['x', 'x']]);
  });
});

test('what is remembered by its text is read once, and forgotten when there is too much of it', () => {
  const read: string[] = [];
  const once = byText((text) => read.push(text), { charsMax: 5 });
  for (const text of ['aa', 'bb', 'aa', 'bb', 'cc', 'bb', 'aa']) once(text);
  expect(read).toEqual(['aa', 'bb', 'cc', 'aa']);
});
