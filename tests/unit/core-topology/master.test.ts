import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtInRoles, hasDataRole, withDependencies } from '~/core/roles/registry.ts';
import { databaseNeeded, enabledMembersOf, membersOf, wantedMaster } from '~/core/topology/master.ts';
import { configs } from './arbitrary.ts';
import { clusterOf, instanceId, replicasetId } from './support.ts';

describe('wanted master', () => {
  const s1 = replicasetId(1);

  test('is the first of the priority list that is enabled and electable', () => {
    expect(wantedMaster(clusterOf({ s1: { members: { a1: { disabled: true }, a2: { electable: false }, a3: {}, a4: {} } } }), s1)).toBe(instanceId(3));
  });

  test('is nobody without a data role, without a candidate, and where there is no replicaset', () => {
    expect(wantedMaster(clusterOf({ r1: { roles: ['router'], members: { a1: {} } } }), s1)).toBeNull();
    expect(wantedMaster(clusterOf({ s1: { members: { a1: { disabled: true } } } }), s1)).toBeNull();
    expect(wantedMaster(clusterOf({}), s1)).toBeNull();
  });

  test('agrees with a dumb search on random configurations', () => {
    fc.assert(
      fc.property(configs, (config) => {
        for (const [uuid, { priority, roles }] of Object.entries(config.replicasets)) {
          let dumb: string | null = null;
          for (const member of priority) if (dumb === null && roles.includes('storage') && config.instances[member]?.electable && !config.instances[member]?.disabled) dumb = member;
          expect(wantedMaster(config, uuid)).toBe(dumb);
          expect(membersOf(config, uuid)).toEqual(priority);
          for (const member of priority) expect(databaseNeeded(config, member)).toBe(roles.includes('storage') && enabledMembersOf(config, uuid).includes(member));
        }
      }),
    );
  });

  test('a database is needed by nobody who is not configured', () => expect(databaseNeeded(clusterOf({}), instanceId(1))).toBe(false));
});

describe('roles', () => {
  const rest = { summary: '', custom: false, hidden: false, permanent: false };
  const registry = [
    { name: 'a', data: false, dependencies: ['b'], ...rest },
    { name: 'b', data: false, dependencies: ['c', 'a'], ...rest },
    { name: 'c', data: true, dependencies: [], ...rest },
  ];

  test('come with all that they need, each once, whatever the order', () => {
    expect(withDependencies(['a'], registry)).toEqual(['a', 'b', 'c']);
    expect(withDependencies(['router', 'storage', 'router'])).toEqual(withDependencies(['storage', 'router']));
  });

  test('need a database when they or what they need keep data; custom roles do', () => {
    expect(hasDataRole(['a'], registry)).toBe(true);
    expect(builtInRoles.filter(({ name }) => hasDataRole([name])).map(({ name }) => name)).toEqual(['stateboard', 'storage']);
    expect(hasDataRole(['my-role'])).toBe(true);
    expect(hasDataRole([])).toBe(false);
  });
});
