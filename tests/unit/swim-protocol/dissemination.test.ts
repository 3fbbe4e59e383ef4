import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { News, transmissionsMax } from '~/swim/protocol/dissemination.ts';

type Item = { uuid: string; size: number };
type Twin = { item: Item; sent: number; stamp: number };

const limits = { transmissionsMax: 4, missesMax: 2, countMax: 3 };

/** The dumb one: sorts everything each time. */
function takeSlowly(queue: Twin[], budget: number, stamp: () => number): Item[] {
  const taken: Item[] = [];
  let left = budget;
  let misses = 0;
  for (const entry of queue.toSorted((a, b) => a.sent - b.sent || a.stamp - b.stamp)) {
    if (taken.length >= limits.countMax || misses >= limits.missesMax) break;
    if (entry.item.size > left) misses += 1;
    else {
      left -= entry.item.size;
      taken.push(entry.item);
    }
  }
  for (const item of taken) {
    const at = queue.findIndex((entry) => entry.item === item);
    const [entry] = queue.splice(at, 1);
    if (entry !== undefined && entry.sent + 1 < limits.transmissionsMax) queue.push({ item, sent: entry.sent + 1, stamp: stamp() });
  }
  return taken;
}

describe('news', () => {
  test('is told in the order of the dumb twin', () => {
    const operation = fc.oneof(
      fc.record({ add: fc.nat({ max: 8 }), size: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ take: fc.nat({ max: 12 }) }),
      fc.record({ forget: fc.nat({ max: 8 }) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
        const news = new News<Item>();
        let queue: Twin[] = [];
        let clock = 0;
        const stamp = () => ++clock;
        for (const step of operations) {
          if ('add' in step) {
            const item = { uuid: String(step.add), size: step.size };
            news.add(item);
            queue = [...queue.filter((entry) => entry.item.uuid !== item.uuid), { item, sent: 0, stamp: stamp() }];
          } else if ('forget' in step) {
            news.forget(String(step.forget));
            queue = queue.filter((entry) => entry.item.uuid !== String(step.forget));
          } else {
            let left = step.take;
            const fits = (item: Item) => {
              if (item.size > left) return false;
              left -= item.size;
              return true;
            };
            expect(news.take(limits, fits)).toEqual(takeSlowly(queue, step.take, stamp));
          }
          expect(news.size).toBe(queue.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('each change is told a limited number of times, and then no more', () => {
    const news = new News<Item>();
    news.add({ uuid: 'a', size: 1 });
    const rounds = Array.from({ length: 10 }, () => news.take({ ...limits, transmissionsMax: 6 }, () => true).length);
    expect(rounds).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
  });

  test('a newer change starts anew', () => {
    const news = new News<Item>();
    news.add({ uuid: 'a', size: 1 });
    news.take(limits, () => true);
    news.add({ uuid: 'a', size: 2 });
    const told = Array.from({ length: 8 }, () => news.take(limits, () => true)).flat();
    expect(told.map((item) => item.size)).toEqual([2, 2, 2, 2]);
  });

  test('three times the logarithm of the group', () => {
    expect([1, 2, 3, 8, 9, 30, 1_000].map((members) => transmissionsMax(3, members))).toEqual([3, 3, 6, 9, 12, 15, 30]);
  });
});
