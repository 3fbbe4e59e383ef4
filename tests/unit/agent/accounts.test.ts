import { expect, test } from 'vitest';
import { accountsOf, makesAccounts } from '~/agent/roles/accounts.ts';
import { sealPassword } from '~/link/sealed-password.ts';
import { clusterOf, instanceId } from '~/tests/unit/core-topology/support.ts';

/** Who makes the users and roles of the database, and what of the configuration reaches Lua. */

const [a, b, c] = [1, 2, 3].map(instanceId) as [string, string, string];
const key = new Uint8Array(32).fill(7);
const hash = `${'A'.repeat(27)}=`;

test('each instance with data roles may, where one of them can be written', () => {
  const config = clusterOf({ s1: { members: { a: {}, b: {} } }, front: { roles: ['router'], members: { c: {} } } });
  expect([a, b, c, 'nobody'].map((uuid) => makesAccounts(config, uuid))).toEqual([true, true, false, false]);
});

test('where all may be written at once one does, or two would make the same row', () => {
  const config = clusterOf({ s1: { allRw: true, members: { a: {}, b: {} } } });
  expect([a, b].map((uuid) => makesAccounts(config, uuid))).toEqual([true, false]);
  const disabled = clusterOf({ s1: { allRw: true, members: { a: { disabled: true }, b: {} } } });
  expect([a, b].map((uuid) => makesAccounts(disabled, uuid))).toEqual([false, true]);
});

test('a stateboard, whose users are our own, has none of them', () => {
  const config = clusterOf({ state: { roles: ['stateboard'], members: { a: {} } }, s1: { members: { b: {} } } });
  expect([a, b].map((uuid) => makesAccounts(config, uuid))).toEqual([false, true]);
});

test('a password reaches Lua as its hash; one that is sealed for another cluster or another user is told, and none is set', () => {
  const sealed = (user: string, by: Uint8Array) => sealPassword(hash, { key: by, user });
  const users = { app: { password: sealed('app', key), takeOver: true as const }, bare: { privileges: { 'space:t': ['read' as const] } }, other: { password: sealed('app', key) }, stranger: { password: sealed('stranger', new Uint8Array(32).fill(8)) } };
  const { accounts, unread } = accountsOf({ ...clusterOf({ s1: { members: { a: {} } } }), database: { users, roles: { reader: { roles: ['public'] } } } }, key);
  expect(unread).toEqual(['other', 'stranger']);
  expect(accounts.users).toEqual([
    { name: 'app', roles: [], privileges: [], takeOver: true, hash },
    { name: 'bare', roles: [], privileges: [{ on: 'space:t', may: ['read'] }], takeOver: false },
    { name: 'other', roles: [], privileges: [], takeOver: false },
    { name: 'stranger', roles: [], privileges: [], takeOver: false },
  ]);
  expect(accounts.roles).toEqual([{ name: 'reader', roles: ['public'], privileges: [], takeOver: false }]);
});
