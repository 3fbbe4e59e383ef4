import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { limits } from '~/core/config/limits.ts';
import { validateConfig } from '~/core/topology/validate.ts';
import { configs, damaged } from './arbitrary.ts';
import { clusterOf, codesOf, instanceId, replicasetId } from './support.ts';

describe('a valid configuration', () => {
  test('has nothing to be refused for', () => {
    fc.assert(
      fc.property(configs, (config) => {
        expect(validateConfig(config)).toEqual([]);
      }),
    );
  });

  test('may be empty', () => expect(validateConfig(clusterOf({}))).toEqual([]));
});

/** The same rules, as simply as they can be written. */
function dumbValid({ instances, replicasets, expelled }: ClusterConfig): boolean {
  const rows = Object.entries(instances);
  for (const [uuid, row] of rows) {
    if (!replicasets[row.replicaset] || expelled[uuid]) return false;
    for (const [other, { alias, uri }] of rows) if (other !== uuid && (alias === row.alias || uri.toLowerCase() === row.uri.toLowerCase())) return false;
  }
  for (const [uuid, { priority, roles, weight, alias }] of Object.entries(replicasets)) {
    for (const [other, row] of Object.entries(replicasets)) if (other !== uuid && row.alias === alias) return false;
    const members = rows.filter(([, row]) => row.replicaset === uuid).map(([id]) => id);
    if (members.length === 0 || members.length !== priority.length) return false;
    for (const id of members) if (priority.filter((other) => other === id).length !== 1) return false;
    for (const role of roles) if (!['storage', 'router', 'failover-coordinator'].includes(role) || roles.filter((other) => other === role).length > 1) return false;
    if (roles.includes('storage') !== (weight !== null)) return false;
    if (roles.includes('storage') && !rows.some(([, row]) => row.replicaset === uuid && row.electable && !row.disabled)) return false;
  }
  return true;
}

test('the rules agree with a dumb reading of them on random damage', () => {
  let refused = 0;
  fc.assert(
    fc.property(damaged, (config) => {
      const valid = dumbValid(config);
      refused += Number(!valid);
      expect(validateConfig(config).length === 0).toBe(valid);
    }),
    { numRuns: 800 },
  );
  expect(refused).toBeGreaterThan(100);
});

describe('what is refused', () => {
  const one = (over: Parameters<typeof clusterOf>[0]) => codesOf(validateConfig(clusterOf(over)));

  test('names, addresses and counts', () => {
    expect(one({ s1: { members: { [instanceId(9)]: {} } } })).toEqual(['badName']);
    expect(one({ [replicasetId(1)]: { members: { a: {} } } })).toEqual(['badName']);
    expect(one({ s1: { members: { a: { uri: '0.0.0.0:3301' } } } })).toEqual(['badAddress']);
    expect(one({ s1: { members: { a: { uri: 'host:0' } } } })).toEqual(['badAddress']);
    const members = Object.fromEntries(Array.from({ length: limits.membersMax + 1 }, (_, n) => [`m${n}`, {}]));
    expect(one({ s1: { members } })).toEqual(['limit']);
  });

  test('a section that is too big, by its bytes', () => {
    const text = 'é'.repeat(limits.sectionBytesMax / 2);
    expect(validateConfig(clusterOf({}, { sections: { big: text } }))).toEqual([]);
    expect(validateConfig(clusterOf({}, { sections: { big: `${text}x` } }))).toMatchObject([{ code: 'limit', target: 'big', sentence: 'Section big has 4.0 MiB; at most 4.0 MiB fit.' }]);
  });

  test('a configuration that is too big as a whole', () => {
    const text = '\u0001'.repeat(1024 * 1024);
    const sections = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`s${n}`, text]));
    expect(codesOf(validateConfig(clusterOf({}, { sections })))).toEqual(['limit']);
  });

  test('each refusal names the thing, and says what to do', () => {
    const [refusal] = validateConfig(clusterOf({ s1: { members: { a1: { disabled: true }, a2: { electable: false } } } }));
    expect(refusal).toEqual({
      code: 'noElectable',
      target: replicasetId(1),
      sentence: 's1 would have no enabled instance that may become master.',
      wayOut: 'Enable another instance or make one electable, in the same change; or delete the replicaset.',
    });
  });
});
