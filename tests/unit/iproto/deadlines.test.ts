import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '~/iproto/index.ts';
import { Deadlines } from '~/iproto/client/deadlines.ts';

type Entry = { dueAt: number; settled: boolean; id: number };

/** The same, by looking at all of them each time. */
class Naive {
  entries: Entry[] = [];
  expire(now: number): number[] {
    const due = this.entries.filter((entry) => !entry.settled && entry.dueAt <= now);
    this.entries = this.entries.filter((entry) => !due.includes(entry));
    return due.map(({ id }) => id).toSorted((a, b) => a - b);
  }
  get earliestAt(): number {
    return Math.min(Infinity, ...this.entries.filter((entry) => !entry.settled).map((entry) => entry.dueAt));
  }
}

const command = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), dueAt: fc.nat(1000) }),
  fc.record({ kind: fc.constant('settle' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('expire' as const), byMs: fc.nat(50) }),
  fc.record({ kind: fc.constant('prune' as const) }),
);

describe('deadlines', () => {
  it('agree with looking at all of them', () => {
    fc.assert(fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
      const [clever, naive] = [new Deadlines<Entry>(), new Naive()];
      const alive = new Map<number, [Entry, Entry]>();
      let [now, id] = [0, 0];
      for (const step of commands) {
        if (step.kind === 'add') {
          id += 1;
          const [mine, theirs] = [{ dueAt: step.dueAt, settled: false, id }, { dueAt: step.dueAt, settled: false, id }];
          clever.add(mine);
          naive.entries.push(theirs);
          alive.set(id, [mine, theirs]);
        } else if (step.kind === 'settle') {
          const chosen = [...alive.values()][step.pick % Math.max(alive.size, 1)];
          if (!chosen) continue;
          clever.settle(chosen[0]);
          chosen[1].settled = true;
          alive.delete(chosen[0].id);
        } else if (step.kind === 'prune') {
          clever.prune();
          expect(clever.earliestAt).toBe(naive.earliestAt);
        } else {
          now += step.byMs;
          const due = clever.expire(now);
          expect(due.map((entry) => entry.dueAt)).toEqual(due.map((entry) => entry.dueAt).toSorted((a, b) => a - b));
          expect(due.map((entry) => entry.id).toSorted((a, b) => a - b)).toEqual(naive.expire(now));
          for (const entry of due) alive.delete(entry.id);
        }
        expect(clever.earliestAt).toBeLessThanOrEqual(naive.earliestAt);
      }
      expect(clever.expire(10_000).length).toBe(naive.expire(10_000).length);
      expect(clever.size).toBe(0);
      expect(clever.earliestAt).toBe(Infinity);
    }), { numRuns: 300 });
  });

  it('hold no more than twice what waits, however many are settled', () => {
    const deadlines = new Deadlines<Entry>();
    const waiting: Entry[] = [];
    let most = 0;
    for (let id = 0; id < 100_000; id++) {
      const entry = { dueAt: id + 5000, settled: false, id };
      deadlines.add(entry);
      waiting.push(entry);
      if (waiting.length > 100) deadlines.settle(waiting.shift()!);
      most = Math.max(most, deadlines.size);
    }
    expect(most).toBeLessThan(2 * 100 + 2 * 128);
    expect(deadlines.expire(Infinity).length).toBe(100);
  });
});

describe('back-off', () => {
  it('doubles up to its bound, in the upper half of it', () => {
    const options = { firstMs: 20, maxMs: 2000 };
    fc.assert(fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, chance) => {
      const waitMs = backoffMs(failures, options, () => chance);
      const bound = Math.min(2000, 20 * 2 ** (failures - 1));
      expect(waitMs).toBeGreaterThanOrEqual(bound / 2);
      expect(waitMs).toBeLessThanOrEqual(bound);
    }));
    expect([1, 2, 3, 8, 50].map((failures) => backoffMs(failures, options, () => 1))).toEqual([20, 40, 80, 2000, 2000]);
  });
});
