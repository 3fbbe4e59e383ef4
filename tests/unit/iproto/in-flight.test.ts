import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LimitExceeded } from '~/iproto/index.ts';
import { InFlight } from '~/iproto/client/in-flight.ts';
import { Pending } from '~/iproto/client/pending.ts';

type Entry = { readonly sync: number };

/** Which of those that wait is answered: the newest, the oldest, or any. `pass`: so many come and go, and those before them stay. */
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove' as const), from: fc.constantFrom('new' as const, 'old' as const, 'any' as const), pick: fc.nat(), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), count: fc.integer({ min: 1, max: 300 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
);

describe('requests by their numbers', () => {
  it('are found as in a map', () => {
    fc.assert(fc.property(fc.array(command, { maxLength: 60 }), fc.constantFrom(0, 2 ** 31 - 50, 2 ** 32 - 50, 2 ** 40), (commands, first) => {
      const [clever, plain] = [new InFlight<Entry>(), new Map<number, Entry>()];
      let sync = first;
      const add = () => {
        const entry = { sync: ++sync };
        clever.add(entry);
        plain.set(sync, entry);
        return entry;
      };
      const remove = (entry: Entry | undefined) => {
        if (!entry) return;
        clever.remove(entry);
        clever.remove(entry);
        plain.delete(entry.sync);
      };
      for (const step of commands) {
        if (step.kind === 'clear') {
          clever.clear();
          plain.clear();
        } else {
          for (let index = 0; index < step.count; index++) {
            const waiting = step.kind === 'remove' ? [...plain.values()] : [];
            if (step.kind === 'add') add();
            else if (step.kind === 'pass') remove(add());
            else remove(step.from === 'new' ? waiting.at(-1) : step.from === 'old' ? waiting[0] : waiting[step.pick % Math.max(waiting.length, 1)]);
          }
        }
        expect(clever.size).toBe(plain.size);
        expect(clever.all()).toEqual([...plain.values()]);
        const numbers = Array.from({ length: 500 }, (_, index) => sync + 100 - index);
        expect(numbers.filter((number) => clever.get(number) !== plain.get(number))).toEqual([]);
      }
    }), { numRuns: 300 });
  });

  it('are kept while thousands come and go after them', () => {
    const inFlight = new InFlight<Entry>();
    const slow = [{ sync: 1 }, { sync: 65 }];
    for (const entry of slow) inFlight.add(entry);
    for (let sync = 100; sync < 10_000; sync++) {
      const entry = { sync };
      inFlight.add(entry);
      inFlight.remove(entry);
    }
    expect(inFlight.all()).toEqual(slow);
    expect(inFlight.get(1)).toBe(slow[0]);
    expect(inFlight.get(1n)).toBeUndefined();
    inFlight.remove(slow[0]!);
    expect(inFlight.all()).toEqual([slow[1]]);
  });
});

describe('requests that wait', () => {
  it('are due no more once they are answered', () => {
    const pending = new Pending({ inFlightMax: 3 });
    const syncs = [50, 20, 30].map((dueAt) => {
      const sync = pending.reserve();
      pending.add({ sync, timeoutMs: dueAt, settle: () => {}, onPush: undefined, startByte: 0 }, dueAt);
      return sync;
    });
    expect(() => pending.reserve()).toThrow(LimitExceeded);
    expect(pending.take(syncs[1]!)?.timeoutMs).toBe(20);
    expect(pending.take(syncs[1]!)).toBeUndefined();
    expect(pending.expire(40).map(({ sync }) => sync)).toEqual([syncs[2]]);
    expect(pending.takeAll().map(({ sync }) => sync)).toEqual([syncs[0]]);
    expect(pending.expire(Infinity)).toEqual([]);
    expect(pending.size).toBe(0);
  });
});
