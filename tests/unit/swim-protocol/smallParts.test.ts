import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Awareness } from '~/swim/protocol/awareness.ts';
import { Deadlines } from '~/swim/protocol/deadlines.ts';
import { FlapDamping } from '~/swim/protocol/flapDamping.ts';
import { Member } from '~/swim/protocol/member.ts';
import { ProbeOrder } from '~/swim/protocol/probeOrder.ts';
import { RateLimit } from '~/swim/protocol/rateLimit.ts';
import { addRoundTrip, srttMs, timeoutMs } from '~/swim/protocol/rtt.ts';
import { seeded } from '~/swim/simulator/random.ts';
import { member } from './support.ts';

describe('local health', () => {
  test('saturates at both ends', () => {
    const awareness = new Awareness(7);
    awareness.add(-3);
    expect(awareness.health).toBe(0);
    awareness.add(100);
    expect([awareness.health, awareness.factor]).toEqual([7, 8]);
    awareness.add(-1);
    expect(awareness.health).toBe(6);
  });
});

describe('flap damping', () => {
  const options = { levelMax: 4, decayMs: 60_000, entriesMax: 2 };

  test('doubles with each refuted death, up to a limit, and forgives one each minute', () => {
    const flaps = new FlapDamping(options);
    expect(flaps.factor(0, 'a')).toBe(1);
    for (const expected of [2, 4, 8, 16, 16]) {
      flaps.deathRefuted(1_000, 'a');
      expect(flaps.factor(1_000, 'a')).toBe(expected);
    }
    expect(flaps.factor(60_999, 'a')).toBe(16);
    expect(flaps.factor(61_000, 'a')).toBe(8);
    expect(flaps.factor(400_000, 'a')).toBe(1);
  });

  test('remembers only so many members', () => {
    const flaps = new FlapDamping(options);
    for (const uuid of ['a', 'b', 'c']) flaps.deathRefuted(0, uuid);
    expect(['a', 'b', 'c'].map((uuid) => flaps.factor(0, uuid))).toEqual([1, 2, 2]);
  });
});

describe('deadlines', () => {
  test('come out like from a sorted list, equal ones in order of addition', () => {
    const operations = fc.array(fc.oneof(fc.nat({ max: 20 }).map((at) => ({ add: at })), fc.nat({ max: 20 }).map((now) => ({ take: now }))), { maxLength: 200 });
    fc.assert(
      fc.property(operations, (steps) => {
        const deadlines = new Deadlines<number>();
        let twin: { at: number; item: number }[] = [];
        for (const [item, step] of steps.entries()) {
          if ('add' in step) {
            deadlines.add(step.add, item);
            twin = [...twin, { at: step.add, item }].toSorted((a, b) => a.at - b.at || a.item - b.item);
          } else {
            const due = twin[0] !== undefined && twin[0].at <= step.take ? twin.shift() : undefined;
            expect(deadlines.takeDue(step.take)).toBe(due?.item);
          }
          expect(deadlines.nextAt()).toBe(twin[0]?.at ?? Infinity);
          expect(deadlines.size).toBe(twin.length);
        }
      }),
    );
  });

  test('meaningless ones at the front are dropped, the others stay in order', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ at: fc.nat({ max: 20 }), over: fc.boolean() }), { maxLength: 50 }), (added) => {
        const deadlines = new Deadlines<(typeof added)[number]>();
        for (const one of added) deadlines.add(one.at, one);
        const twin = added.toSorted((a, b) => a.at - b.at);
        deadlines.dropWhile(({ over }) => over);
        while (twin[0]?.over) twin.shift();
        expect(deadlines.nextAt()).toBe(twin[0]?.at ?? Infinity);
        for (const one of twin) expect(deadlines.takeDue(100)).toBe(one);
        expect(deadlines.size).toBe(0);
      }),
    );
  });
});

describe('round trips', () => {
  test('the first sample sets both, later ones smooth', () => {
    const first = addRoundTrip(0, 10);
    expect(srttMs(first)).toBe(10);
    expect(timeoutMs(first)).toBe(30);
    let trip = first;
    for (let i = 0; i < 100; i++) trip = addRoundTrip(trip, 10);
    expect(srttMs(trip)).toBeCloseTo(10, 1);
    expect(timeoutMs(trip)).toBeLessThan(11);
  });

  test('stay close to the exact average, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.05, max: 900, noNaN: true }), { minLength: 1, maxLength: 50 }), (samples) => {
        let trip = 0;
        let exact: number | undefined;
        for (const sample of samples) {
          trip = addRoundTrip(trip, sample);
          exact = exact === undefined ? sample : exact + (sample - exact) / 8;
        }
        expect(Math.abs(srttMs(trip) - (exact ?? 0))).toBeLessThan(0.15);
      }),
    );
  });

  test('never overflow', () => {
    let trip = 0;
    for (let i = 0; i < 50; i++) trip = addRoundTrip(trip, 1e9);
    expect(srttMs(trip)).toBeLessThan(1_100);
    expect(timeoutMs(trip)).toBeGreaterThan(1_000);
  });
});

describe('rate limit', () => {
  test('a burst of one second, then its rate', () => {
    const limit = new RateLimit(10);
    const taken = (now: number) => Array.from({ length: 20 }, () => limit.take(now)).filter(Boolean).length;
    expect(taken(5_000)).toBe(10);
    expect(taken(5_000)).toBe(0);
    expect(taken(5_300)).toBe(3);
    expect(taken(60_000)).toBe(10);
  });
});

describe('probe order', () => {
  test('each member once a round, in a new order each round', () => {
    const order = new ProbeOrder(seeded(3));
    const members = Array.from({ length: 20 }, (_, index) => new Member(member(index + 1)));
    for (const row of members) order.add(row);
    const round = () => Array.from({ length: 20 }, () => order.next()?.uuid);
    round();
    const [second, third] = [round(), round()];
    expect(new Set(second).size).toBe(20);
    expect(new Set(third).size).toBe(20);
    expect(second).not.toEqual(third);
  });

  test('joining and leaving in the middle of a round makes nobody be probed twice or skipped', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 9 }), fc.nat({ max: 9 }), (seed, at, gone) => {
        const order = new ProbeOrder(seeded(seed));
        const members = Array.from({ length: 10 }, (_, index) => new Member(member(index + 1)));
        for (const row of members) order.add(row);
        for (let i = 0; i < 10; i++) order.next();
        const probed: (string | undefined)[] = [];
        for (let i = 0; i < at; i++) probed.push(order.next()?.uuid);
        const leaver = members[gone];
        if (leaver !== undefined) order.remove(leaver);
        order.add(new Member(member(99)));
        const left = members.filter((row) => row !== leaver && !probed.includes(row.uuid)).length;
        for (let i = 0; i < left; i++) probed.push(order.next()?.uuid);
        const old = probed.filter((uuid) => uuid !== member(99).uuid);
        expect(new Set(old).size).toBe(old.length);
      }),
    );
  });

  test('lots are drawn without repetition and only among the accepted', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 40 }), fc.nat({ max: 6 }), (seed, size, count) => {
        const order = new ProbeOrder(seeded(seed));
        for (let i = 0; i < size; i++) order.add(new Member(member(i)));
        const even = (row: Member) => row.address.port % 2 === 0;
        const picked = order.pick(count, even);
        expect(new Set(picked).size).toBe(picked.length);
        expect(picked.length).toBeLessThanOrEqual(count);
        expect(picked.every(even)).toBe(true);
        if (size <= 4 * count) expect(picked.length).toBe(Math.min(count, Math.ceil(size / 2)));
      }),
    );
  });
});
