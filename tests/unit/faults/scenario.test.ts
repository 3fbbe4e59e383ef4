import { describe, expect, it } from 'vitest';
import { seeded } from '~/tests/faults/random.ts';
import { linksOf, mistakes, resolved, type Fault, type Scenario } from '~/tests/faults/scenario/format.ts';
import { shrink } from '~/tests/faults/scenario/shrink.ts';
import { counterexample } from '~/tests/faults/scenario/timeline.ts';
import { walk, walkKinds, type WalkOptions } from '~/tests/faults/scenario/walk.ts';

const nodes = ['a', 'b', 'c'];
const scenario: Scenario = {
  name: 'a cut', seed: 7, nodes, checks: ['set'], durationMs: 1_000,
  faults: [{ kind: 'isolate', node: 'master', direction: 'both', beginMs: 100, endMs: 900 }],
  workload: { name: 'set', clients: ['c'], workers: 2, rate: 0 },
};

describe('a scenario', () => {
  it('says what is wrong with it', () => {
    expect(mistakes(scenario, ['master'])).toEqual([]);
    expect(mistakes(scenario, [])).toEqual(['fault 1: there is no master']);
    const wrong: Fault[] = [{ kind: 'loss', node: 'a', share: 30, beginMs: 500, endMs: 1_500 }];
    expect(mistakes({ ...scenario, nodes: ['a', 'a'], faults: wrong }, [])).toEqual(['two nodes have the same name', 'clients are on c, which is no node', 'fault 1: from 500 to 1500 ms is not within 0..1000', 'fault 1: a share of 30']);
  });

  it('looks roles up, also within sides', () => {
    const resolve = (who: string) => (who === 'master' ? 'b' : who);
    expect(resolved({ kind: 'split', sides: [['master', 'a'], ['c']] }, resolve)).toEqual({ kind: 'split', sides: [['b', 'a'], ['c']] });
    expect(resolved({ kind: 'cut', node: 'a', other: 'master', direction: 'out' }, resolve)).toMatchObject({ node: 'a', other: 'b' });
  });

  it('knows which links a fault breaks, and which way', () => {
    const links = (fault: Parameters<typeof linksOf>[0]) => linksOf(fault, nodes).map(({ from, to }) => `${from}>${to}`).toSorted();
    expect(links({ kind: 'isolate', node: 'a', direction: 'both' })).toEqual(['a>b', 'a>c', 'b>a', 'c>a']);
    expect(links({ kind: 'isolate', node: 'a', direction: 'out' })).toEqual(['a>b', 'a>c']);
    expect(links({ kind: 'cut', node: 'a', other: 'b', direction: 'in' })).toEqual(['b>a']);
    // c hears both sides.
    expect(links({ kind: 'split', sides: [['a'], ['b']] })).toEqual(['a>b', 'b>a']);
    expect(links({ kind: 'kill', node: 'a', program: 'all' })).toEqual([]);
    expect(links({ kind: 'blackout' })).toEqual([]);
    expect(linksOf({ kind: 'delay', node: 'a', ms: 10, jitterMs: 5 }, ['a', 'b'])).toEqual([{ from: 'a', to: 'b', kind: 'delay', ms: 10, jitterMs: 5 }, { from: 'b', to: 'a', kind: 'delay', ms: 10, jitterMs: 5 }]);
    expect(linksOf({ kind: 'loss', node: 'a', share: 0.3 }, ['a', 'b'])).toEqual([{ from: 'a', to: 'b', kind: 'loss', share: 0.3 }, { from: 'b', to: 'a', kind: 'loss', share: 0.3 }]);
  });

  it('is printed with its counterexample: what failed, the faults as they were, and itself', () => {
    const fault: Fault = { kind: 'isolate', node: 'b', direction: 'out', beginMs: 100, endMs: 900 };
    const text = counterexample(scenario, { zero: 5_000, happened: [{ fault, begun: 5_101.5, ended: 5_902, beginTookMs: 2.5, endTookMs: 1 }], verdicts: [{ checker: 'set', valid: false, problems: ['lost: 3'], counts: {} }, { checker: 'bank', valid: true, problems: [], counts: {} }] });
    expect(text.split('\n')).toEqual(['a cut, seed 7', 'set: failed', '  lost: 3', 'faults:', '   0.102 s  isolate b (only what it sends) (2.5 ms)', '   0.902 s  end: isolate b (only what it sends) (1.0 ms)', 'again:', JSON.stringify(scenario)]);
  });
});

describe('a random walk', () => {
  const options: WalkOptions = { seed: 1, targets: ['master', ...nodes], nodes, electable: nodes, programs: ['agent'], kinds: walkKinds, durationMs: 60_000, faultMs: [500, 4_000], quietMs: 2_000 };

  it('is the same for the same seed, and another one for another', () => {
    expect(walk(options)).toEqual(walk(options));
    expect(walk(options)).not.toEqual(walk({ ...options, seed: 2 }));
  });

  it('has one to three faults at once, all kinds, and is whole between rounds and at the end', () => {
    const kinds = new Set<string>();
    const counts = new Set<number>();
    for (let seed = 1; seed <= 200; seed += 1) {
      const faults = walk({ ...options, seed });
      expect(mistakes({ ...scenario, nodes, faults, durationMs: options.durationMs }, ['master'])).toEqual([]);
      expect(Math.max(...faults.map(({ endMs }) => endMs))).toBeLessThanOrEqual(options.durationMs - options.quietMs);
      for (const { kind, beginMs } of faults) {
        kinds.add(kind);
        counts.add(faults.filter((other) => other.beginMs <= beginMs && other.endMs > beginMs).length);
      }
      const ends = faults.map(({ endMs }) => endMs).filter((end) => faults.every(({ beginMs, endMs }) => end < beginMs || end >= endMs));
      expect(ends.length).toBeGreaterThan(5);
    }
    expect([...kinds].toSorted()).toEqual([...walkKinds].toSorted());
    expect([...counts].toSorted()).toEqual([1, 2, 3]);
  });
});

describe('shrinking', () => {
  it('finds the faults that are needed together, whatever else was there', async () => {
    const random = seeded(5);
    for (let round = 0; round < 50; round += 1) {
      const all = Array.from({ length: 1 + Math.floor(random() * 20) }, (_, index) => index);
      const needed = all.filter(() => random() < 0.15);
      const found = await shrink(all, (faults) => Promise.resolve(needed.every((one) => faults.includes(one))), { triesMax: 500 });
      expect(found).toMatchObject({ faults: needed, complete: true });
    }
  });

  it('tries again what could not be left out before something else was', async () => {
    const fails = (faults: readonly string[]) => faults.includes('x') && faults.includes('y') && (faults.includes('before') || !faults.includes('after'));
    expect((await shrink(['before', 'x', 'after', 'y'], (faults) => Promise.resolve(fails(faults)), { triesMax: 100 })).faults).toEqual(['x', 'y']);
  });

  it('ends at its limit with what it has', async () => {
    const found = await shrink([1, 2, 3, 4], (faults) => Promise.resolve(faults.includes(3)), { triesMax: 2 });
    expect(found).toMatchObject({ tries: 2, complete: false });
    expect(found.faults).toContain(3);
  });
});
