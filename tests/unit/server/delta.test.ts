import { describe, expect, it } from 'vitest';
import { initialLive, reduceLive, type Live } from '~/app/lib/live.ts';
import type { ClusterOverview, ClusterUpdate } from '~/contract/shapes/view.ts';
import { combined, deltaFrom, Sent, type Delta } from '~/server/runtime/delta.ts';
import { many } from '~/tests/support/fixtures.ts';

/** Small random numbers that are the same at each run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

const at = 1_800_000_000_000;
const base = many(at);
const told = (sent: Sent, overview: ClusterOverview) => deltaFrom(sent, overview);
const knowing = (overview: ClusterOverview) => {
  const sent = new Sent();
  told(sent, overview);
  return sent;
};
const withFirst = (change: Partial<ClusterOverview['instances'][number]>): ClusterOverview => ({ ...base, instances: base.instances.map((view, index) => (index === 0 ? { ...view, ...change } : view)) });
const first = base.instances[0]!;

describe('a delta', () => {
  it('holds the rows that have changed and no others', () => {
    const delta = told(knowing(base), withFirst({ healthSentence: 'another one' }))!;
    expect(delta.instances.map(({ alias }) => alias)).toEqual([first.alias]);
    expect([delta.replicasets, delta.issues, delta.suggestions]).toEqual([[], null, null]);
    expect(told(knowing(base), base)).toBeNull();
  });

  it('leaves figures that flutter to the next telling of the age, and tells real changes at once', () => {
    const quiet = { lagSeconds: 0.001, memoryUsedBytes: 500_000_000, memoryQuotaBytes: 1_000_000_000, reportedAt: at };
    const known = () => knowing(withFirst(quiet));
    expect(told(known(), withFirst({ ...quiet, lagSeconds: 0.004, memoryUsedBytes: 500_400_000, reportedAt: at + 1000 }))).toBeNull();
    expect(told(known(), withFirst({ ...quiet, lagSeconds: 0.004, reportedAt: at + 2000 }))!.instances[0]!.lagSeconds).toBe(0.004);
    expect(told(known(), withFirst({ ...quiet, lagSeconds: 3 }))!.instances).toHaveLength(1);
    expect(told(known(), withFirst({ ...quiet, memoryUsedBytes: 600_000_000 }))!.instances).toHaveLength(1);
  });
});

describe('deltas as one', () => {
  it('bring a page to where each of them after the other would', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomOf(seed);
      const sent = knowing(base);
      let overview = base;
      const deltas: Delta[] = [];
      for (let step = 0; step < 12; step++) {
        overview = changed(overview, random, step);
        const delta = told(sent, overview);
        if (delta) deltas.push(delta);
      }
      const fold = (updates: readonly ClusterUpdate[]): Live => updates.reduce<Live>((live, update) => reduceLive(live, { kind: 'update', update }, at), reduceLive(initialLive, { kind: 'update', update: { kind: 'snapshot', overview: base } }, at));
      const sorted = ({ overview: shown }: Live) => ({ ...shown, instances: shown!.instances.toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1)), replicasets: shown!.replicasets.toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1)), configAt: null });
      expect(sorted(fold([combined(deltas)])), `seed ${seed}`).toEqual(sorted(fold(deltas)));
    }
  });

  it('carry each row once, whatever came before', () => {
    const sent = knowing(base);
    const deltas = Array.from({ length: 30 }, (_, n) => told(sent, withFirst({ healthSentence: `sentence ${n}` }))!);
    const one = combined(deltas) as Delta;
    expect(one.instances.map(({ healthSentence }) => healthSentence)).toEqual(['sentence 29']);
  });
});

/** Rows change, go, and come back; lists change. */
function changed(overview: ClusterOverview, random: () => number, step: number): ClusterOverview {
  const rows = <T extends { uuid: string }>(now: readonly T[], all: readonly T[], edit: (row: T) => T): T[] =>
    all.flatMap((row) => {
      const held = now.find(({ uuid }) => uuid === row.uuid);
      if (random() < 0.1) return [];
      return random() < 0.2 || !held ? [edit(held ?? row)] : [held];
    });
  return {
    ...overview,
    serverTime: at + step,
    configVersion: overview.configVersion + (random() < 0.3 ? 1 : 0),
    instances: rows(overview.instances, base.instances, (row) => ({ ...row, healthSentence: `step ${step}` })),
    replicasets: rows(overview.replicasets, base.replicasets, (row) => ({ ...row, issues: step })),
    issues: random() < 0.3 ? overview.issues.slice(1) : overview.issues,
  };
}
