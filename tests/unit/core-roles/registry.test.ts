import { describe, expect, test } from 'vitest';
import type { Edit } from '~/contract/shapes/edit.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { registryOf } from '~/core/roles/registry.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import { exportDocument, parseDocument } from '~/core/topology/document.ts';
import { planChange } from '~/core/topology/plan.ts';
import { validateConfig } from '~/core/topology/validate.ts';
import { clusterOf, replicasetId } from '~/tests/unit/core-topology/support.ts';
import { bank } from './support.ts';

const known = [{ uuid: 'k', alias: 'k', uri: 'h:1', reachable: true, state: 'unconfigured' as const, readOnly: null, hasData: false }];
const edited = (config: ClusterConfig, ...edits: Edit[]) => applyEdits(config, edits, { known, newUuid: () => 'new' });
const files = (sections: Readonly<Record<string, string>>): Edit[] => Object.entries(sections).map(([name, text]) => ({ kind: 'setSection', name, text }));
const uuid = replicasetId(1);
const plain = clusterOf({ s1: { roles: [], members: { a1: {}, a2: {} } } });
const rolesAfter = (config: ClusterConfig, ...edits: Edit[]) => {
  const result = edited(config, ...edits);
  expect(result.refusals).toEqual([]);
  expect(validateConfig(result.config)).toEqual([]);
  return result.config.replicasets[uuid]?.roles;
};
const banking = edited(plain, ...files(bank), { kind: 'editReplicaset', replicaset: 's1', roles: ['bank'] }).config;

describe('custom roles', () => {
  test('stand beside the built-in ones', () => {
    expect(registryOf(banking).map(({ name, custom, data, hidden }) => [name, custom, data, hidden]).slice(4)).toEqual([['bank', true, true, false], ['money', true, true, true]]);
    expect(registryOf(plain).map(({ name }) => name)).toEqual(['failover-coordinator', 'router', 'stateboard', 'storage']);
  });

  test('come to a replicaset with what they need, whichever edit stands first, and with a weight where storage does', () => {
    expect(banking.replicasets[uuid]).toMatchObject({ roles: ['bank', 'money', 'storage'], weight: 1 });
    expect(edited(plain, { kind: 'editReplicaset', replicaset: 's1', roles: ['bank'] }, ...files(bank)).config).toEqual(banking);
    expect(validateConfig(banking)).toEqual([]);
  });

  test('bring along what they come to need later', () => {
    const before = edited(plain, ...files({ 'roles/a/role.yml': '' }), { kind: 'editReplicaset', replicaset: 's1', roles: ['a'] }).config;
    expect(before.replicasets[uuid]).toMatchObject({ roles: ['a'], weight: null });
    expect(edited(before, ...files({ 'roles/a/role.yml': 'dependencies: [storage]' })).config.replicasets[uuid]).toMatchObject({ roles: ['a', 'storage'], weight: 1 });
  });

  test('that are permanent are where there is a database, and nowhere else', () => {
    const permanent = files({ 'roles/watch/role.yml': 'permanent: true' });
    expect(rolesAfter(plain, ...permanent)).toEqual([]);
    const watched = edited(clusterOf({ s1: { members: { a1: {} } }, r1: { roles: ['router'], members: { b1: {} } } }), ...permanent).config;
    expect(Object.values(watched.replicasets).map(({ roles }) => roles)).toEqual([['storage', 'watch'], ['router']]);
    expect(rolesAfter(watched, { kind: 'editReplicaset', replicaset: 's1', roles: ['storage'] })).toEqual(['storage', 'watch']);
    expect(rolesAfter(watched, { kind: 'editReplicaset', replicaset: 's1', roles: ['router', 'watch'] })).toEqual(['router']);
    expect(rolesAfter(watched, { kind: 'deleteSection', name: 'roles/watch/role.yml' })).toEqual(['storage']);
  });

  test('that are hidden go with the last that needs them', () => {
    expect(rolesAfter(banking, { kind: 'editReplicaset', replicaset: 's1', roles: ['storage'] })).toEqual(['storage']);
    expect(validateConfig(edited(plain, ...files(bank), { kind: 'editReplicaset', replicaset: 's1', roles: ['money'] }).config)).toMatchObject([{ code: 'unknownRole', sentence: expect.stringContaining('hidden') }]);
  });

  test('that others need are not switched off, nor deleted where they are on: it is said who needs them', () => {
    expect(edited(banking, { kind: 'editReplicaset', replicaset: 's1', roles: ['bank'] })).toMatchObject({ config: banking, refusals: [{ code: 'neededRole', sentence: 's1: bank needs role storage.', wayOut: expect.stringContaining('Switch bank off') }] });
    const gone = edited(banking, ...Object.keys(bank).filter((name) => name.startsWith('roles/bank')).map((name): Edit => ({ kind: 'deleteSection', name })));
    expect(validateConfig(gone.config)).toMatchObject([{ code: 'unknownRole', sentence: 's1: there is no role bank.', wayOut: expect.stringContaining('Switch it off there first') }]);
    expect(validateConfig(edited(banking, { kind: 'deleteSection', name: 'roles/money/role.yml' }).config)[0]).toMatchObject({ code: 'badCode', sentence: expect.stringMatching(/^roles\/bank\/role\.yml:2:\d+: There is no role money/) });
  });

  test('go through cluster.yml and back', () => {
    const context = { base: banking, known: [], newUuid: () => 'new', prune: false };
    expect(parseDocument(exportDocument(banking), context)).toEqual({ config: banking, refusals: [] });
    const less = exportDocument(banking).replace(/roles:\n( +- \w+\n)+/, 'roles: [bank]\n');
    expect(less).not.toBe(exportDocument(banking));
    expect(parseDocument(less, context)).toEqual({ config: banking, refusals: [] });
  });
});

describe('a plan', () => {
  const version = { version: 3, hash: '0'.repeat(64), author: 'a', surface: 'cli' as const, reason: null, at: 1, base: 2, config: banking };
  const planOf = (sections: Record<string, string | null>) =>
    planChange({ base: version, next: edited(banking, ...Object.entries(sections).map(([name, text]): Edit => (text === null ? { kind: 'deleteSection', name } : { kind: 'setSection', name, text }))).config, known: [] });
  const roleSteps = (sections: Record<string, string | null>) => planOf(sections).steps.filter(({ kind }) => kind === 'applyRoles').map(({ sentence }) => sentence);
  const yml = bank['roles/bank/role.yml'] ?? '';

  test('says which functions, spaces and modules of a role change, and where', () => {
    expect(roleSteps({ 'roles/bank/functions/bank.balance.lua': 'return print\n' })).toEqual(['Role bank: function bank.balance changes; on s1.']);
    expect(roleSteps({ 'roles/bank/role.yml': yml.replace('timeout: 5', 'timeout: 6').replace('is_nullable: true', 'is_nullable: false') })).toEqual(['Role bank: space accounts changes, function bank.transfer changes; on s1.']);
    expect(roleSteps({ 'roles/bank/rates.lua': null, 'roles/bank/more.lua': 'return 1\n', 'roles/bank/migrations/0003-x.lua': 'return 1\n' })).toEqual(['Role bank: module bank.more is new, module bank.rates goes, migration 0003-x is new; on s1.']);
    expect(roleSteps({ 'bank/limits.yml': 'max: 2\n' })).toEqual(['Role bank: it reads section bank/limits.yml anew; on s1.']);
    expect(roleSteps({ 'roles/new/role.yml': 'functions:\n  new.f: {body: function() end}\n' })).toEqual(['Role new: function new.f is new; nowhere yet: no replicaset has it.']);
    expect(roleSteps({ 'roles/bank/README.md': 'x' })).toEqual([]);
  });

  test('that moves a body into a file of its own changes nothing that runs', () => {
    const body = "function(from, to, amount)\n  return money.rounded(amount)\nend\n";
    const sections = { 'roles/bank/role.yml': yml.replace(/ {4}body: \|\n(?: {6}.*\n)+/, ''), 'roles/bank/functions/bank.transfer.lua': body };
    expect(planOf(sections)).toMatchObject({ refusals: [] });
    expect(roleSteps(sections)).toEqual([]);
  });

  test('warns of what is suspicious in what changes, and is refused where there is a mistake', () => {
    expect(planOf({ 'roles/bank/rates.lua': 'return fibr\n' })).toMatchObject({ refusals: [], warnings: [expect.stringMatching(/^roles\/bank\/rates\.lua:1:8: Nobody defines the global fibr/)] });
    expect(planOf({ 'roles/bank/rates.lua': 'retrun 1\n' })).toMatchObject({ steps: [], refusals: [{ code: 'badCode', target: 'roles/bank/rates.lua:1:8', sentence: expect.stringContaining('roles/bank/rates.lua:1:8: ') }] });
  });

  test('names twenty mistakes, and says how many more there are', () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`roles/bank/m${index}.lua`, 'retrun 1']));
    expect(planOf(many).refusals).toHaveLength(21);
    expect(planOf(many).refusals.at(-1)?.sentence).toBe('5 more errors are in the files of roles.');
  });
});
