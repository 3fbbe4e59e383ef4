import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialLive, reduceLive, worst, type Live } from '~/app/lib/live.ts';
import type { ClusterUpdate } from '~/contract/shapes/view.ts';
import { healthy, uuidOf } from '../../support/fixtures.ts';

const at = 1_700_000_000_000;
const snapshot = (now = at): ClusterUpdate => ({ kind: 'snapshot', overview: healthy(now) });
const delta = (given: Partial<Extract<ClusterUpdate, { kind: 'delta' }>>): ClusterUpdate => ({
  kind: 'delta', serverTime: at + 1000, configVersion: 4, instances: [], removedInstances: [], replicasets: [], removedReplicasets: [], issues: null, suggestions: null, run: null, ...given,
});
const fold = (updates: ClusterUpdate[], from: Live = initialLive) => updates.reduce((live, update, index) => reduceLive(live, { kind: 'update', update }, at + 100 + index), from);

describe('the live cluster', () => {
  it('begins with nothing and is live with the snapshot', () => {
    expect(initialLive.connection.kind).toBe('connecting');
    const live = fold([snapshot()]);
    expect(live.connection).toEqual({ kind: 'live' });
    expect(live.overview?.instances).toHaveLength(6);
    expect(live.skewMs).toBe(100);
  });

  it('takes changed instances and leaves the others as they are, object by object', () => {
    const before = fold([snapshot()]);
    const changed = { ...before.overview!.instances[1]!, health: 'critical' as const };
    const after = fold([delta({ instances: [changed] })], before);
    expect(after.overview!.instances[1]!.health).toBe('critical');
    expect(after.overview!.instances[0]).toBe(before.overview!.instances[0]);
    expect(after.overview!.replicasets).toBe(before.overview!.replicasets);
    expect(after.overview!.instances.map(({ uuid }) => uuid)).toEqual(before.overview!.instances.map(({ uuid }) => uuid));
  });

  it('adds new ones at the end and takes removed ones out', () => {
    const before = fold([snapshot()]);
    const fresh = { ...before.overview!.instances[0]!, uuid: uuidOf(77), alias: 'new' };
    const after = fold([delta({ instances: [fresh], removedInstances: [uuidOf(1)] })], before);
    expect(after.overview!.instances.map(({ alias }) => alias)).toEqual(['s1-2', 's2-1', 's2-2', 'r1', 'spare', 'new']);
  });

  it('keeps the list of issues until it is sent whole, and judges the cluster by it', () => {
    const issue = { id: 'a', code: 'crashed', severity: 'critical' as const, object: { kind: 'instance' as const, id: uuidOf(1), name: 's1-1' }, sentence: 'x', wayOut: 'y', since: at, repair: null };
    const sick = fold([snapshot(), delta({ issues: [issue] }), delta({})]);
    expect(sick.overview!.issues).toEqual([issue]);
    expect(sick.overview!.health).toBe('critical');
    expect(fold([delta({ issues: [] })], sick).overview!.health).toBe('ok');
  });

  it('dates a new configuration version by the message that brings it', () => {
    const live = fold([snapshot(), delta({ configVersion: 5, serverTime: at + 5000 })]);
    expect(live.overview).toMatchObject({ configVersion: 5, configAt: at + 5000 });
  });

  it('says since when the stream is cut, once, and forgets nothing', () => {
    const live = fold([snapshot()]);
    const cut = reduceLive(live, { kind: 'lost' }, at + 9000);
    expect(cut.connection).toEqual({ kind: 'reconnecting', sinceMs: at + 9000 });
    expect(reduceLive(cut, { kind: 'lost' }, at + 12_000)).toBe(cut);
    expect(cut.overview).toBe(live.overview);
    expect(reduceLive(cut, { kind: 'opened' }, at + 13_000).connection).toEqual({ kind: 'live' });
  });

  it('is not live after a gap until the snapshot that follows', () => {
    const gap = fold([snapshot(), { kind: 'gap' }]);
    expect(gap.connection.kind).toBe('reconnecting');
    expect(fold([snapshot(at + 1)], gap).connection.kind).toBe('live');
  });

  it('ignores a delta that comes before any snapshot', () => {
    expect(fold([delta({ configVersion: 9 })]).overview).toBeNull();
  });

  it('ends where the server is, whatever the order in which instances change', () => {
    const base = fold([snapshot()]).overview!;
    const steps = fc.array(fc.record({ index: fc.nat(base.instances.length - 1), lagSeconds: fc.double({ min: 0, max: 100, noNaN: true }) }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (changes) => {
        const truth = new Map(base.instances.map((one) => [one.uuid, one]));
        const updates = changes.map(({ index, lagSeconds }) => {
          const next = { ...base.instances[index]!, lagSeconds };
          truth.set(next.uuid, next);
          return delta({ instances: [next] });
        });
        expect(fold(updates, fold([snapshot()])).overview!.instances).toEqual([...truth.values()]);
      }),
    );
  });
});

describe('worst', () => {
  it('ranks critical, warning, unknown, ok', () => {
    expect(worst([])).toBe('ok');
    expect(worst(['ok', 'unknown'])).toBe('unknown');
    expect(worst(['unknown', 'warning', 'ok'])).toBe('warning');
    expect(worst(['warning', 'critical', 'unknown'])).toBe('critical');
  });
});
