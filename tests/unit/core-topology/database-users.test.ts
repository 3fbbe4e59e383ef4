import { describe, expect, test } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { DatabaseConfig } from '~/contract/shapes/database-user.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { diffConfigs } from '~/core/config/diff.ts';
import { parseConfig } from '~/core/config/parse.ts';
import { restoredConfig } from '~/core/config/restore.ts';
import { databaseField, shownConfig, withDatabase } from '~/core/topology/database-settings.ts';
import { exportDocument, parseDocument } from '~/core/topology/document.ts';
import { planChange } from '~/core/topology/plan.ts';
import { validateConfig } from '~/core/topology/validate.ts';
import { clusterOf, knownOf, versionOf } from './support.ts';

/** Users and roles of the database in the configuration: what is refused, what is told, and where passwords are. */

const [one, two] = ['A', 'B'].map((letter) => `${letter.repeat(75)}=`) as [string, string];
const role = 'functions:\n  bank.put: {access: [app], body: "function() end"}\nspaces:\n  accounts:\n    format: [{name: id, type: unsigned}]\n    indexes: [{name: id, parts: [{path: id, type: unsigned}]}]\n';
const bare = clusterOf({ s1: { members: { a1: {} } } }, { sections: { 'roles/bank/role.yml': role } });
const having = (database: DatabaseConfig): ClusterConfig => ({ ...bare, ...databaseField(database) });
const planned = (before: ClusterConfig, after: ClusterConfig) => planChange({ base: versionOf(before), next: after, known: knownOf(before) });
const sentences = (database: DatabaseConfig) => validateConfig(having(database)).map(({ code, sentence }) => `${code}: ${sentence}`);

describe('in one form', () => {
  test('nobody is nothing: the text of a configuration without users stays what it was', () => {
    expect(canonicalText(withDatabase(bare, {}))).toBe(canonicalText(bare));
    expect(canonicalText(withDatabase(having({ users: { app: {} } }), { users: {}, roles: {} }))).toBe(canonicalText(bare));
    expect(parseConfig(canonicalText(bare)).config).toEqual(bare);
  });

  test('two that mean the same are the same', () => {
    const left = having({ users: { app: { roles: ['b', 'a', 'b'], privileges: { 'space:t': ['write', 'read', 'read'] } } }, roles: { a: { privileges: {} }, b: { roles: [] } } });
    const right = having({ roles: { b: {}, a: {} }, users: { app: { privileges: { 'space:t': ['read', 'write'] }, roles: ['a', 'b'] } } });
    expect(canonicalText(left)).toBe(canonicalText(right));
    expect(diffConfigs(left, right)).toEqual([]);
  });
});

describe('refused', () => {
  test.each<[string, DatabaseConfig, string]>([
    ["Tarantool's own", { users: { guest: {} } }, "badUser: guest is Tarantool's own, and cannot be a user of the configuration."],
    ["Tarantool's own roles", { roles: { super: {} } }, "badUser: super is Tarantool's own, and cannot be a role of the configuration."],
    ["Coterie's", { users: { coterie_router: {} } }, "badUser: coterie_router is a name of Coterie's own: its programs log in by it."],
    ['one name twice', { users: { app: {} }, roles: { app: {} } }, 'badUser: app is a user of the database and a role of it.'],
    ['a role that is not there', { users: { app: { roles: ['reading'] } } }, 'badUser: User app: the configuration has no database role reading.'],
    ['a right that is none there', { users: { app: { privileges: { 'function:f': ['read', 'execute'] } } } }, 'badUser: User app: Tarantool knows no right read on a function.'],
    ['a circle, told once', { roles: { a: { roles: ['b'] }, b: { roles: ['c'] }, c: { roles: ['a'] } } }, 'badUser: Database roles have each other in a circle: a -> b -> c -> a.'],
    ['a role in itself', { roles: { a: { roles: ['a'] } } }, 'badUser: Database roles have each other in a circle: a -> a.'],
    ['too many', { users: Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`u${n}`, {}])) }, 'limit: 1001 users and roles of the database; at most 1000 fit.'],
  ])('%s', (_what, database, sentence) => expect(sentences(database)).toEqual([sentence]));

  test('not: built-in roles, roles of roles that meet again', () => {
    expect(sentences({ users: { app: { roles: ['super', 'a'] } }, roles: { a: { roles: ['b', 'c'] }, b: { roles: ['d'] }, c: { roles: ['d'] }, d: {} } })).toEqual([]);
  });
});

describe('a change', () => {
  const before = having({ users: { app: { password: one, privileges: { 'space:accounts': ['read'] } } } });

  test('has a sentence each, a step for each name, and no password', () => {
    const { changes, steps, summary } = planned(before, having({ users: { app: { password: two, privileges: { 'space:accounts': ['read', 'write'] }, roles: ['reading'] }, web: { password: one, takeOver: true } }, roles: { reading: { privileges: { 'space:*': ['read'] } } } }));
    expect(changes.map(({ sentence }) => sentence)).toEqual([
      'database user app: new password', 'database user app: space accounts: read -> read, write', 'database user app: roles none -> reading',
      'database user web: new, with a password; takes over one that was made by hand', 'database role reading: new, read on all spaces',
    ]);
    expect(steps.filter(({ kind }) => kind === 'setUsers').map(({ sentence }) => sentence)).toEqual(['Database user app is changed by the masters of s1.', 'Database user web is made by the masters of s1.', 'Database role reading is made by the masters of s1.']);
    expect(JSON.stringify([changes, steps, summary])).not.toMatch(/A{75}|B{75}/);
  });

  test('tells what a person should know', () => {
    expect(planned(before, bare).warnings).toEqual(expect.arrayContaining([expect.stringContaining('`access` of bank.put (role bank) still names app')]));
    const next = having({ users: { app: { password: two, privileges: { 'space:accounts': ['read'], 'space:orders': ['read'], 'function:bank.put': ['execute'], 'space:_index': ['read'] } }, web: {} } });
    expect(planned(before, next).warnings.filter((warning) => /app|web/.test(warning))).toEqual(['app: no role makes space orders; the right is granted wherever one of that name is, or will be.', 'Sessions of app that are open go on: only logins ask for the new password.', 'web has no password, so nobody can log in as it.']);
  });

  test('of code tells who is named and not made, where the cluster has users of its own', () => {
    const naming = (config: ClusterConfig): ClusterConfig => ({ ...config, sections: { 'roles/bank/role.yml': role.replace('[app]', '[app, eve, public]') } });
    expect(planned(before, naming(before)).warnings.filter((warning) => warning.includes('names'))).toEqual([expect.stringContaining('`access` of bank.put names eve, whom the configuration does not make')]);
    expect(planned(bare, naming(bare)).warnings.filter((warning) => warning.includes('names'))).toEqual([]);
  });
});

describe('passwords', () => {
  const old = having({ users: { app: { password: one }, gone: { password: one } } });
  const current = having({ users: { app: { password: two } } });

  test('of now outlive a restored version; who comes back has its own', () => {
    expect(restoredConfig({ old, current }).database?.users).toEqual({ app: { password: two }, gone: { password: one } });
    expect(restoredConfig({ old, current: having({ users: { app: {} } }) }).database?.users?.['app']).toEqual({});
    expect(canonicalText(restoredConfig({ old: bare, current }))).toBe(canonicalText(bare));
  });

  test('are in no export, and stay when it is applied', () => {
    const text = exportDocument(old);
    expect(text).not.toContain(one);
    const parsed = parseDocument(text, { base: old, known: knownOf(old), newUuid: () => '', prune: false });
    expect(parsed.refusals).toEqual([]);
    expect(canonicalText(parsed.config!)).toBe(canonicalText(old));
    expect(canonicalText(parseDocument(exportDocument(bare), { base: old, known: knownOf(old), newUuid: () => '', prune: false }).config!)).toBe(canonicalText(old));
  });

  test('are not in what is shown, and stay where a change leaves them out', () => {
    expect(JSON.stringify(shownConfig(old))).not.toContain(one);
    expect(shownConfig(old).database?.users).toEqual({ app: {}, gone: {} });
    expect(withDatabase(old, { users: { app: { roles: ['super'] } } }).database?.users).toEqual({ app: { roles: ['super'], password: one } });
  });
});
