import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { Edit } from '~/contract/shapes/edit.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import type { KnownInstance } from '~/core/topology/known.ts';
import { planChange } from '~/core/topology/plan.ts';
import { changes, configs } from './arbitrary.ts';
import { afterStep, outcomeOf } from './outcome.ts';
import { clusterOf, codesOf, freeAgent, instanceId, knownOf, reordered, replicasetId, uuidSource, versionOf } from './support.ts';

const base = clusterOf({ s1: { members: { a1: {}, a2: {} } }, s2: { members: { b1: {}, b2: {}, b3: {} } } });

function planned(edits: Edit[], { from = base, away = [], more = [] }: { from?: ClusterConfig; away?: string[]; more?: KnownInstance[] } = {}) {
  const known = [...knownOf(from, away), ...more];
  const { config, refusals } = applyEdits(from, edits, { known, newUuid: uuidSource() });
  expect(refusals).toEqual([]);
  return planChange({ base: versionOf(from), next: config, known });
}
const steps = (plan: { steps: { kind: string; target: string }[] }) => plan.steps.map(({ kind, target }) => `${kind} ${target.replace(/^0{8}.*?0*([1-9][0-9]*)$/, 'i$1').replace(/^f{8}.*?0*([1-9][0-9]*)$/, 'r$1')}`);

describe('what a change does', () => {
  test('a first replicaset: bootstrap the master, join the rest', () => {
    const agents = [freeAgent(1, 'a1'), freeAgent(2, 'a2')];
    const { config } = applyEdits(emptyConfig('demo'), [{ kind: 'createReplicaset', alias: 's1', roles: ['storage'], instances: ['a2', 'a1'], allRw: false }], { known: agents, newUuid: uuidSource() });
    const plan = planChange({ base: null, next: config, known: agents });
    expect(plan.refusals).toEqual([]);
    expect(plan.baseVersion).toBe(0);
    expect(steps(plan)).toEqual(['writeConfig config', 'bootstrap i2', 'join i1', 'applyRoles r101']);
    expect(plan.steps[1]).toEqual({ kind: 'bootstrap', target: instanceId(2), sentence: 'a2 starts an empty database as the first of s1 and becomes its master.', reason: 'It is the first electable instance in the priority list.' });
    expect(plan.summary).toBe('replicaset s1: new, storage; a1: joins s1, a1:3301; a2: joins s1, a2:3301');
  });

  test('a joining instance is told to the others', () => {
    expect(steps(planned([{ kind: 'joinInstance', instance: 'c1', replicaset: 's1', electable: true }], { more: [freeAgent(11, 'c1')] }))).toEqual(['writeConfig config', 'join i11', 'restartReplication r1']);
  });

  test('another first instance moves the master, and nothing else', () => {
    const plan = planned([{ kind: 'editReplicaset', replicaset: 's1', priority: ['a2'] }]);
    expect(steps(plan)).toEqual(['writeConfig config', 'moveMaster r1']);
    expect(plan.steps[1]).toMatchObject({ sentence: 'The master of s1 moves from a1 to a2: a1 becomes read-only, a2 catches up with it and becomes writable.', reason: 'a2 stands before a1 in the priority list.' });
    expect(plan.summary).toBe('s1: priority a1, a2 -> a2, a1');
  });

  test('a master that is disabled or expelled hands over before it stops', () => {
    expect(steps(planned([{ kind: 'disableInstance', instance: 'b1' }]))).toEqual(['writeConfig config', 'moveMaster r2', 'stop i3', 'restartReplication r2']);
    expect(steps(planned([{ kind: 'expelInstance', instance: 'b1' }]))).toEqual(['writeConfig config', 'moveMaster r2', 'fence i3', 'restartReplication r2']);
  });

  test('an enabled instance starts with its data', () => {
    const from = clusterOf({ s1: { members: { a1: {}, a2: { disabled: true } } } });
    expect(steps(planned([{ kind: 'enableInstance', instance: 'a2' }], { from }))).toEqual(['writeConfig config', 'start i2', 'restartReplication r1']);
  });

  test('names, zones and weights are written and need nothing more', () => {
    expect(steps(planned([{ kind: 'editInstance', instance: 'a1', alias: 'x1', zone: 'z1' }, { kind: 'editReplicaset', replicaset: 's1', weight: 2, alias: 's9' }]))).toEqual(['writeConfig config']);
  });

  test('a new address reaches those who connect to it', () => {
    expect(steps(planned([{ kind: 'editInstance', instance: 'a1', uri: 'new:1' }]))).toEqual(['writeConfig config', 'restartReplication r1']);
  });

  test('sections and roles', () => {
    const plan = planned([{ kind: 'setSection', name: 'app', text: 'x' }, { kind: 'editReplicaset', replicaset: 's1', roles: ['storage', 'router'] }]);
    expect(steps(plan)).toEqual(['writeConfig config', 'applyRoles r1', 'setRouter i1', 'setRouter i2', 'applySections config']);
    expect(plan.steps[1]?.sentence).toBe('s1: router on.');
  });

  test('who is away is counted and named', () => {
    const plan = planned([{ kind: 'setSection', name: 'app', text: 'x' }], { away: ['b3'] });
    expect(plan.refusals).toEqual([]);
    expect(plan.steps[0]).toMatchObject({ sentence: 'Version 5 is prepared on 4 of 5 instances, decided, and committed.', reason: expect.stringContaining('b3 cannot be reached') });
  });
});

describe('what is refused, and the way out', () => {
  const refused = (edits: Edit[], options?: Parameters<typeof planned>[1]) => planned(edits, options).refusals;

  test('an agent that has data of another cluster', () => {
    expect(refused([{ kind: 'joinInstance', instance: 'c1', replicaset: 's1', electable: true }], { more: [freeAgent(11, 'c1', { hasData: true })] })).toMatchObject([{ code: 'foreignData', target: instanceId(11), wayOut: expect.stringContaining('--forget') }]);
  });

  test('an agent that cannot be reached, was expelled, or is not there', () => {
    expect(codesOf(refused([{ kind: 'joinInstance', instance: 'c1', replicaset: 's1', electable: true }], { more: [freeAgent(11, 'c1', { reachable: false })] }))).toEqual(['unreachable']);
    expect(codesOf(refused([{ kind: 'joinInstance', instance: 'c1', replicaset: 's1', electable: true }], { more: [freeAgent(11, 'c1', { state: 'expelled' })] }))).toEqual(['expelled']);
    expect(codesOf(planChange({ base: null, next: base, known: [] }).refusals)).toEqual(Array.from({ length: 5 }, () => 'missingAgent'));
  });

  test('the last electable instance', () => {
    const from = clusterOf({ s1: { members: { a1: {}, a2: { electable: false } } } });
    expect(codesOf(refused([{ kind: 'disableInstance', instance: 'a1' }], { from }))).toEqual(['noElectable']);
    expect(codesOf(refused([{ kind: 'expelInstance', instance: 'a1' }], { from }))).toEqual(['noElectable']);
    expect(codesOf(refused([{ kind: 'expelInstance', instance: 'a1' }, { kind: 'expelInstance', instance: 'a2' }], { from }))).toEqual(['emptyReplicaset']);
    expect(refused([{ kind: 'deleteReplicaset', replicaset: 's1' }], { from })).toEqual([]);
  });

  test('a move away from a master that cannot be reached, unless it is taken out in the same change', () => {
    const move: Edit = { kind: 'editReplicaset', replicaset: 's1', priority: ['a2'] };
    expect(refused([move], { away: ['a1'] })).toMatchObject([{ code: 'oldMasterUnreachable', target: replicasetId(1), wayOut: 'Bring a1 back; or, if you are sure that it is stopped, disable or expel a1 in the same change.' }]);
    for (const kind of ['disableInstance', 'expelInstance'] as const) {
      const plan = planned([{ kind, instance: 'a1' }], { away: ['a1'] });
      expect(plan.refusals).toEqual([]);
      expect(plan.warnings[0]).toContain('a1, the master of s1, cannot be reached');
    }
  });

  test('a move to an instance that is away or has no data, naming who could do it', () => {
    expect(refused([{ kind: 'expelInstance', instance: 'b1' }], { away: ['b2'] })).toMatchObject([{ code: 'newMasterUnreachable', wayOut: 'Bring b2 back first, or put b3 first in the priority list.' }]);
    expect(refused([{ kind: 'expelInstance', instance: 'a1' }], { away: ['a2'] })).toMatchObject([{ code: 'newMasterUnreachable', wayOut: 'Bring a2 back first; there is no other copy that can be reached.' }]);
    const known = knownOf(base).map((instance) => ({ ...instance, hasData: instance.alias !== 'a2' }));
    const { config } = applyEdits(base, [{ kind: 'editReplicaset', replicaset: 's1', priority: ['a2'] }], { known, newUuid: uuidSource() });
    expect(codesOf(planChange({ base: versionOf(base), next: config, known }).refusals)).toEqual(['newMasterEmpty']);
  });

  test('an instance that would change its replicaset, or be forgotten, or come back', () => {
    const moved = structuredClone(base);
    (moved.instances[instanceId(2)] as { replicaset: string }).replicaset = replicasetId(2);
    moved.replicasets[replicasetId(1)]?.priority.pop();
    moved.replicasets[replicasetId(2)]?.priority.push(instanceId(2));
    expect(codesOf(planChange({ base: versionOf(base), next: moved, known: knownOf(base) }).refusals)).toEqual(['moved']);
    const less = clusterOf({ s1: { members: { a1: {}, a2: {} } } });
    expect(codesOf(planChange({ base: versionOf(base), next: less, known: knownOf(base) }).refusals)).toEqual(['vanished', 'vanished', 'vanished']);
    expect(codesOf(planChange({ base: versionOf({ ...less, expelled: { [instanceId(3)]: { alias: 'b1', uri: 'b1:1', replicaset: replicasetId(2) } } }), next: base, known: knownOf(base).map((row) => ({ ...row, hasData: false })) }).refusals)).toEqual(['expelled']);
  });

  test('another name of the cluster', () => {
    expect(codesOf(planChange({ base: versionOf(base), next: { ...base, name: 'other' }, known: knownOf(base) }).refusals)).toEqual(['otherCluster']);
  });

  test('a configuration that cannot be gets no steps', () => {
    const plan = planned([{ kind: 'editInstance', instance: 'a2', alias: 'a1' }]);
    expect(codesOf(plan.refusals)).toEqual(['takenName']);
    expect(plan.steps).toEqual([]);
    expect(plan.summary).toBe('Refused: Two instances are called a1.');
  });
});

describe('warnings', () => {
  const warned = (shape: Parameters<typeof clusterOf>[0], from: ClusterConfig = emptyConfig('demo')) => {
    const next = clusterOf(shape);
    return planChange({ base: versionOf(from), next, known: knownOf(next).map((row) => ({ ...row, hasData: Boolean(from.instances[row.uuid]) })) }).warnings;
  };

  test('weaknesses of what is made', () => {
    expect(warned({ s1: { members: { a1: {} } } })).toEqual(['s1 has a single copy, on a1: its data is gone when that disk is.']);
    expect(warned({ s1: { members: { a1: { zone: 'z1' }, a2: { zone: 'z1' } } } })).toEqual(['All copies of s1 are in zone z1: losing the zone loses them all.']);
    expect(warned({ s1: { members: { a1: {}, a2: { electable: false } } } })).toEqual(['Only a1 may become master of s1: when it is lost, nobody takes over.']);
    expect(warned({ s1: { members: { a1: {}, a2: {}, a3: {}, a4: {} } } })).toEqual([expect.stringContaining('an even number')]);
    expect(warned({ s1: { allRw: true, members: { a1: {}, a2: {} } } })).toEqual([expect.stringContaining('rows that two of them write at once conflict')]);
    expect(warned({ s1: { weight: 0, members: { a1: {}, a2: {} } } })).toEqual(['Every storage has weight 0: no buckets can be kept.']);
    expect(warned({ s1: { members: { a1: { zone: 'z1' }, a2: { zone: 'z2' }, a3: {} } }, r1: { roles: ['router'], members: { b1: {} } } })).toEqual([]);
  });

  test('of a weak replicaset only when the change touches it', () => {
    const from = clusterOf({ s1: { members: { a1: {} } }, s2: { members: { b1: {}, b2: {} } } });
    expect(planned([{ kind: 'editReplicaset', replicaset: 's2', priority: ['b2'] }], { from }).warnings).toEqual([]);
    expect(planned([{ kind: 'editReplicaset', replicaset: 's1', weight: 2 }], { from }).warnings).toHaveLength(1);
  });

  test('of data that goes out of reach', () => {
    expect(planned([{ kind: 'deleteReplicaset', replicaset: 's1' }]).warnings).toEqual(['The data of s1 is no longer part of the cluster; it stays on the disks of a1, a2.']);
    expect(planned([{ kind: 'editReplicaset', replicaset: 's1', roles: ['router'] }]).warnings[0]).toContain('s1 keeps no data any more');
  });
});

describe('on random configurations', () => {
  /** All there, and with data exactly where the configuration before had it. */
  const wellKnown = (before: ClusterConfig, after: ClusterConfig) => knownOf({ ...after, instances: { ...before.instances, ...after.instances } }).map((row) => ({ ...row, hasData: outcomeOf(before).up.includes(row.uuid) || Boolean(before.instances[row.uuid]?.disabled) }));

  test('nothing changes where nothing differs', () => {
    fc.assert(
      fc.property(configs, (config) => {
        expect(planChange({ base: versionOf(config), next: reordered(config), known: knownOf(config) })).toEqual({ summary: 'Nothing changes.', steps: [], refusals: [], warnings: [], changes: [], baseVersion: 4 });
      }),
    );
  });

  test('the order of the input does not matter', () => {
    fc.assert(
      fc.property(changes, ({ before, after }) => {
        const known = wellKnown(before, after);
        expect(planChange({ base: versionOf(reordered(before)), next: reordered(after), known: known.toReversed() })).toEqual(planChange({ base: versionOf(before), next: after, known }));
      }),
    );
  });

  test('the steps lead exactly from the one to the other, and nobody leads who is down, wherever they stop', () => {
    let moves = 0;
    fc.assert(
      fc.property(changes, ({ before, after }) => {
        const plan = planChange({ base: versionOf(before), next: after, known: wellKnown(before, after) });
        const wanted = outcomeOf(after);
        let state = outcomeOf(before);
        for (const step of plan.steps) {
          moves += Number(step.kind === 'moveMaster');
          state = afterStep(state, step, wanted, after);
          // Interrupted here: whoever leads is up.
          for (const master of Object.values(state.masters)) if (master) expect(state.up).toContain(master);
        }
        expect(state).toEqual(wanted);
      }),
      { numRuns: 400 },
    );
    expect(moves).toBeGreaterThan(15);
  });

  test('what is planned again after it was done changes nothing', () => {
    fc.assert(
      fc.property(changes, ({ before, after }) => {
        const known = wellKnown(before, after);
        const once = planChange({ base: versionOf(before), next: after, known });
        expect(once.changes.length === 0).toBe(canonicalText(before) === canonicalText(after));
        expect(planChange({ base: versionOf(after, 5), next: after, known }).steps).toEqual([]);
      }),
    );
  });

  test('a master moves only when both ends are there', () => {
    fc.assert(
      fc.property(changes, fc.infiniteStream(fc.boolean()), ({ before, after }, coin) => {
        const known = wellKnown(before, after).map((row) => ({ ...row, reachable: coin.next().value as boolean }));
        const plan = planChange({ base: versionOf(before), next: after, known });
        if (plan.refusals.length > 0) return;
        const there = (uuid: string) => known.find((row) => row.uuid === uuid)?.reachable;
        const [old, now] = [outcomeOf(before), outcomeOf(after)];
        for (const [replicaset, master] of Object.entries(now.masters)) {
          const from = old.masters[replicaset];
          if (!from || !master || from === master) continue;
          expect(there(master)).toBe(true);
          if (now.up.includes(from)) expect(there(from)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });
});
