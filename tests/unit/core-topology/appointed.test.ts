import { describe, expect, test } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { Edit } from '~/contract/shapes/edit.ts';
import type { FailoverConfig } from '~/contract/shapes/failover.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import { planChange } from '~/core/topology/plan.ts';
import { clusterOf, codesOf, freeAgent, instanceId, knownOf, replicasetId, uuidSource, versionOf } from './support.ts';

/** Plans where masters are appointed: who leads stands in the record, and the priority is a preference. */

const shape = { s1: { members: { a1: {}, a2: {}, a3: {} } }, control: { roles: ['failover-coordinator'], members: { k1: {} } }, board: { roles: ['stateboard'], members: { p1: {} } } };
const cluster = (failover: FailoverConfig = { mode: 'stateful' }): ClusterConfig => ({ ...clusterOf(shape), failover });
const record = (n: number, epoch = 7) => ({ replicaset: replicasetId(1), epoch, master: instanceId(n) });

type Given = { from?: ClusterConfig; away?: string[]; leads?: number | null; writable?: number };
function planned(edits: Edit[], { from = cluster(), away = [], leads = 1, writable = 1 }: Given = {}) {
  const known = knownOf(from, away).map((one) => ({ ...one, readOnly: one.uuid !== instanceId(writable), ...(leads === null ? {} : { record: record(leads) }) }));
  const { config, refusals } = applyEdits(from, edits, { known, newUuid: uuidSource() });
  expect(refusals).toEqual([]);
  return planChange({ base: versionOf(from), next: config, known });
}
const kinds = ({ steps }: { steps: { kind: string; target: string }[] }) => steps.map(({ kind, target }) => `${kind} ${target.replace(/^0{8}.*?0*([1-9][0-9]*)$/, 'i$1').replace(/^f{8}.*?0*([1-9][0-9]*)$/, 'r$1')}`);
const sentenceOf = ({ steps }: { steps: { kind: string; sentence: string }[] }, kind: string) => steps.find((step) => step.kind === kind)?.sentence;
const mode = (settings: FailoverConfig): Edit[] => [{ kind: 'setFailover', settings }];

describe('the priority of a replicaset whose master is appointed', () => {
  const edit: Edit[] = [{ kind: 'editReplicaset', replicaset: 's1', priority: ['a2'] }];

  test('moves no master, says so, and is refused for nobody who is away', () => {
    for (const away of [[], ['a1'], ['a2']]) {
      const plan = planned(edit, { away });
      expect(codesOf(plan.refusals)).toEqual([]);
      expect(kinds(plan)).toEqual(['writeConfig config', 'setFailover r1']);
    }
    expect(sentenceOf(planned(edit), 'setFailover')).toBe('The priority of s1 is a preference, and moves no master. a1 goes on leading it. a2 is taken when a master is appointed anew and others have no more rows.');
  });

  test('says who leads by the record, not by the order', () => {
    expect(sentenceOf(planned(edit, { leads: 3 }), 'setFailover')).toContain('a3 goes on leading it. a2 is taken');
    expect(sentenceOf(planned(edit, { leads: 2 }), 'setFailover')).toBe('The priority of s1 is a preference, and moves no master. a2 goes on leading it.');
    expect(sentenceOf(planned(edit, { leads: null }), 'setFailover')).toBe('The priority of s1 is a preference, and moves no master. a2 is taken when a master is appointed anew and others have no more rows.');
  });

  test('believes the newest epoch that anybody tells of', () => {
    const from = cluster();
    const known = knownOf(from).map((one, index) => ({ ...one, record: record(index === 1 ? 3 : 1, index === 1 ? 8 : 7) }));
    const { config } = applyEdits(from, edit, { known, newUuid: uuidSource() });
    expect(sentenceOf(planChange({ base: versionOf(from), next: config, known }), 'setFailover')).toContain('a3 goes on leading it.');
  });

  test('brings the first one back with autoreturn, the first of the preferred zone where there is one', () => {
    expect(sentenceOf(planned(edit, { from: cluster({ mode: 'stateful', autoreturnSeconds: 60 }) }), 'setFailover')).toContain('a2 leads when it has followed for 60 s.');
    const zoned = cluster({ mode: 'stateful', autoreturnSeconds: 60, preferredZone: 'z9' });
    (zoned.instances[instanceId(3)] as { zone: string }).zone = 'z9';
    expect(sentenceOf(planned(edit, { from: zoned }), 'setFailover')).toContain('a3 leads when it has followed for 60 s.');
  });

  test('keeps a master that is not to be elected any more, until another one is appointed', () => {
    const plan = planned([{ kind: 'editInstance', instance: 'a1', electable: false }]);
    expect(kinds(plan)).toEqual(['writeConfig config', 'setFailover r1']);
    expect(sentenceOf(plan, 'setFailover')).toContain('a1 goes on leading it, though it is not to be elected any more, until another one is appointed.');
  });

  test('is not spoken of when others come, go or get another zone', () => {
    expect(kinds(planned([{ kind: 'editInstance', instance: 'a2', zone: 'z1' }]))).toEqual(['writeConfig config']);
    expect(kinds(planned([{ kind: 'disableInstance', instance: 'a3' }]))).toEqual(['writeConfig config', 'stop i3']);
    expect(kinds(planned([{ kind: 'expelInstance', instance: 'a2' }]))).toEqual(['writeConfig config', 'fence i2']);
    expect(kinds(planned([{ kind: 'editInstance', instance: 'a1', uri: 'new:1' }]))).toEqual(['writeConfig config', 'restartReplication r1']);
  });
});

describe('a master that leaves', () => {
  test.each(['disableInstance', 'expelInstance'] as const)('by %s hands over to whom the coordinator chooses', (kind) => {
    const plan = planned([{ kind, instance: 'a2' }], { leads: 2 });
    expect(kinds(plan)).toEqual(['writeConfig config', 'moveMaster r1', kind === 'disableInstance' ? 'stop i2' : 'fence i2']);
    expect(plan.steps[1]).toMatchObject({ sentence: 'The master of s1 moves away from a2: a2 gives its lease back when it has written its last row, and the coordinator appoints the best of the others: writes pause for some milliseconds.', reason: `a2 is ${kind === 'disableInstance' ? 'disabled' : 'expelled'}.` });
    expect(plan.warnings).toContain('a2 is the master of s1 and leaves: another one is appointed, and writes pause for some milliseconds.');
    expect(kinds(planned([{ kind, instance: 'a1' }], { leads: 2 }))).not.toContain('moveMaster r1');
  });

  test('is waited for no longer than its lease where it cannot be reached', () => {
    const plan = planned([{ kind: 'disableInstance', instance: 'a1' }], { away: ['a1'] });
    expect(plan.refusals).toEqual([]);
    expect(sentenceOf(plan, 'moveMaster')).toContain('a1 cannot be asked; the coordinator appoints the best of the others as soon as its lease is over');
    expect(plan.warnings[0]).toContain('rows that only it has are put into lost and found when it is enabled again');
    expect(planned([{ kind: 'expelInstance', instance: 'a1' }], { away: ['a1'] }).warnings[0]).toContain('stay on its disk');
  });

  test('may not where nobody else can take over', () => {
    expect(planned([{ kind: 'disableInstance', instance: 'a1' }], { away: ['a2', 'a3'] }).refusals).toMatchObject([{ code: 'newMasterUnreachable', target: replicasetId(1), wayOut: 'Bring a2, a3 back first.' }]);
    // One of them is enough, whatever the order.
    expect(planned([{ kind: 'disableInstance', instance: 'a1' }], { away: ['a2'] }).refusals).toEqual([]);
  });

  test('of the stateboard follows the configuration as ever', () => {
    expect(codesOf(planned([{ kind: 'disableInstance', instance: 'p1' }]).refusals)).toContain('badStateboard');
  });
});

describe('another mode', () => {
  const disabled = () => cluster({ mode: 'disabled' });

  test('disabled -> stateful keeps the masters that there are, and pauses their writes for a moment', () => {
    const plan = planned(mode({ mode: 'stateful' }), { from: disabled(), leads: null, writable: 2 });
    expect(plan.refusals).toEqual([]);
    expect(kinds(plan)).toEqual(['writeConfig config', 'setFailover failover', 'restartReplication r1']);
    expect(plan.steps[1]).toMatchObject({ sentence: 'The masters of s1 are appointed from now on: each stays, takes a lease of 2 s from the stateboard, and holds its writes for a moment while it does. The others follow it alone.', reason: 'Failover mode changes from disabled to stateful.' });
    expect(plan.warnings).toEqual(expect.arrayContaining(['k1 is the only failover coordinator: while it is away no lost master is replaced.', expect.stringMatching(/^The stateboard p1 is one instance: .* by the promises of the others\.$/)]));
  });

  test('disabled -> stateful is refused while an instance with data is away: it may be writing unseen', () => {
    for (const to of ['stateful', 'manual'] as const) {
      const plan = planned(mode({ mode: to }), { from: disabled(), away: ['a2', 'k1'], leads: null });
      expect(plan.refusals).toMatchObject([{ code: 'mayWriteUnseen', target: replicasetId(1), sentence: 's1: its master cannot be appointed, as a2 cannot be reached and might write there by the old settings, unseen.', wayOut: expect.stringContaining('Bring a2 back') }]);
    }
    expect(planned([...mode({ mode: 'stateful' }), { kind: 'disableInstance', instance: 'a2' }], { from: disabled(), away: ['a2'], leads: null }).refusals).toEqual([]);
  });

  test('disabled -> stateful goes by who writes, not by who should', () => {
    const plan = planned([...mode({ mode: 'stateful' }), { kind: 'disableInstance', instance: 'a2' }], { from: disabled(), leads: null, writable: 2 });
    expect(sentenceOf(plan, 'moveMaster')).toContain('moves away from a2');
  });

  test('stateful -> disabled goes back to the priority, with what is given up', () => {
    const plan = planned(mode({ mode: 'disabled' }), { leads: 2 });
    expect(kinds(plan)).toEqual(['writeConfig config', 'setFailover failover', 'moveMaster r1', 'restartReplication r1']);
    expect(plan.steps[2]).toMatchObject({ sentence: 'The master of s1 moves from a2 to a1: a2 becomes read-only, a1 catches up with it and becomes writable.', reason: 'a1 stands before a2 in the priority list.' });
    expect(plan.warnings).toContainEqual(expect.stringMatching(/^Given up: a master that is lost stays lost/));
    expect(kinds(planned(mode({ mode: 'disabled' }), { leads: 1 }))).not.toContain('moveMaster r1');
    expect(codesOf(planned(mode({ mode: 'disabled' }), { leads: 2, away: ['a1'] }).refusals)).toEqual(['newMasterUnreachable']);
  });

  test('stateful <-> manual changes who may appoint, and no master', () => {
    expect(sentenceOf(planned(mode({ mode: 'manual' }), { away: ['a2'] }), 'setFailover')).toBe('Leases go on, but a master that is lost is replaced by order of a person only.');
    expect(kinds(planned(mode({ mode: 'stateful' }), { from: cluster({ mode: 'manual' }) }))).toEqual(['writeConfig config', 'setFailover failover']);
  });

  test('all writable takes a replicaset out of it, and back', () => {
    const out = planned([{ kind: 'editReplicaset', replicaset: 's1', allRw: true }], { leads: 1 });
    expect(kinds(out)).toEqual(['writeConfig config', 'setFailover failover', 'restartReplication r1', 'applyRoles r1']);
    const all = cluster();
    all.replicasets[replicasetId(1)] = { ...all.replicasets[replicasetId(1)]!, allRw: true };
    expect(codesOf(planned([{ kind: 'editReplicaset', replicaset: 's1', allRw: false }], { from: all, away: ['a3'], leads: null }).refusals)).toEqual(['mayWriteUnseen']);
  });

  test('eventual is called unsafe', () => expect(planned(mode({ mode: 'eventual' })).warnings[0]).toContain('unsafe'));
});

describe('another provider or lease', () => {
  const etcd: FailoverConfig = { mode: 'stateful', provider: { kind: 'etcd', endpoints: ['h1:2379', 'h2:2379'] } };

  test('takes the leases anew where appointments are kept elsewhere, with everybody there', () => {
    const plan = planned(mode(etcd));
    expect(plan.refusals).toEqual([]);
    expect(plan.steps[1]).toMatchObject({ kind: 'setFailover', sentence: 'Appointments are kept in etcd at h1:2379, h2:2379 from now on: leases are taken there anew, and each replicaset takes no writes for about 2 s, until its master is appointed there.', reason: 'The state provider changes from the stateboard.' });
    expect(planned(mode(etcd), { away: ['a3'] }).refusals).toMatchObject([{ code: 'mayWriteUnseen', sentence: expect.stringContaining('the state provider cannot change') }]);
  });

  test('says what a lease does, and lets none become shorter behind the back of somebody', () => {
    expect(sentenceOf(planned(mode({ mode: 'stateful', leaseMs: 4000 }), { away: ['a2'] }), 'setFailover')).toBe('Leases last 4 s from their next renewal on, instead of 2 s; masters go on writing.');
    expect(planned(mode({ mode: 'stateful', leaseMs: 4000 }), { away: ['a2'] }).refusals).toEqual([]);
    expect(planned(mode({ mode: 'stateful', leaseMs: 1200 })).refusals).toEqual([]);
    expect(planned(mode({ mode: 'stateful', leaseMs: 1200 }), { away: ['a2'] }).refusals).toMatchObject([{ code: 'mayWriteUnseen', sentence: expect.stringContaining('the lease cannot become shorter') }]);
  });
});

test('the first instances of a replicaset whose master will be appointed', () => {
  const agents = [freeAgent(1, 'a1'), freeAgent(2, 'a2'), freeAgent(4, 'k1'), freeAgent(5, 'p1')];
  const create = (alias: string, roles: string[], instances: string[]): Edit => ({ kind: 'createReplicaset', alias, roles, instances, allRw: false });
  const { config } = applyEdits({ ...emptyConfig('demo'), failover: { mode: 'stateful' } }, [create('s1', ['storage'], ['a1', 'a2']), create('control', ['failover-coordinator'], ['k1']), create('board', ['stateboard'], ['p1'])], { known: agents, newUuid: uuidSource() });
  const plan = planChange({ base: null, next: config, known: agents });
  expect(plan.refusals).toEqual([]);
  expect(plan.steps.find(({ target }) => target === instanceId(1))).toMatchObject({ kind: 'bootstrap', sentence: expect.stringContaining('if the coordinator appoints it') });
  expect(plan.steps.find(({ target }) => target === instanceId(5))).toMatchObject({ kind: 'bootstrap', sentence: 'p1 starts an empty database as the first of board and becomes its master.' });
  expect(plan.steps.find(({ target }) => target === instanceId(2))).toMatchObject({ kind: 'join' });
});
