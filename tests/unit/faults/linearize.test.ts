import { describe, expect, it } from 'vitest';
import { linearize } from '~/tests/faults/checkers/linearize.ts';
import { after, type RegisterOperation, type RegisterState } from '~/tests/faults/checkers/register.ts';
import { checkRegisters } from '~/tests/faults/checkers/registers.ts';
import { settledAt, type Operation } from '~/tests/faults/history/operation.ts';
import { seeded } from '~/tests/faults/random.ts';
import { cas, made, read, write } from './made.ts';

const valid = (...operations: Operation[]) => linearize(operations).valid;

describe('linearizability of a register', () => {
  it('takes what has an order', () => {
    expect(valid()).toBe(true);
    expect(valid(read(null, [0, 1]), write(1, [2, 3]), read(1, [4, 5]))).toBe(true);
    expect(valid(write(1, [0, 1]), write(2, [2, 9]), read(1, [3, 4]), read(2, [5, 6]))).toBe(true);
    expect(valid(write(1, [0, 1]), cas(1, 2, [2, 3]), cas(1, 3, [4, 5], false), read(2, [6, 7]))).toBe(true);
  });

  it('finds a stale read, also beside a write', () => {
    expect(valid(write(1, [0, 1]), write(2, [2, 3]), read(1, [4, 5]))).toBe(false);
    expect(valid(write(1, [0, 1]), write(2, [2, 9]), read(2, [3, 4]), read(1, [5, 6]))).toBe(false);
    expect(valid(write(1, [0, 1]), read(null, [2, 3]))).toBe(false);
  });

  it('finds an acknowledged write that was lost, and one that came from nowhere', () => {
    expect(valid(write(1, [0, 1]), write(2, [2, 3]), cas(1, 5, [4, 5]))).toBe(false);
    expect(valid(write(1, [0, 1]), read(7, [2, 3]))).toBe(false);
    expect(valid(write(1, [0, 1]), cas(1, 2, [2, 3], false))).toBe(false);
  });

  it('lets what nobody knows happen late, once, or never', () => {
    expect(valid(write(1, [0, 1]), write(2, [2]), read(1, [3, 4]), read(2, [50, 51]))).toBe(true);
    expect(valid(write(1, [0, 1]), write(2, [2]), read(1, [50, 51]))).toBe(true);
    expect(valid(write(1, [0, 1]), write(2, [2]), read(2, [3, 4]), read(1, [5, 6]))).toBe(false);
    expect(valid(write(1, [0, 1]), cas(1, 2, [2]), read(2, [3, 4]))).toBe(true);
    expect(valid(read(2, [1, 2]), write(2, [3]))).toBe(false);
  });

  it('lets nothing happen that failed', () => {
    expect(valid(write(1, [0, 1]), { ...write(2, [2, 3]), outcome: 'fail' }, read(2, [4, 5]))).toBe(false);
  });

  it('names the first answer that cannot be, and what ran beside it', () => {
    const history = [write(1, [0, 1]), write(2, [2, 3]), read(2, [4, 5]), write(3, [5.5]), read(1, [6, 7]), read(77, [8, 9])];
    expect(linearize(history)).toMatchObject({ valid: false, answer: { value: 1, invoked: 6 }, beside: [{ value: 3 }] });
  });

  it('agrees with trying every order, on random histories of which some are right', () => {
    const random = seeded(20_261_121);
    const seen = { true: 0, false: 0 };
    for (let round = 0; round < 3_000; round += 1) {
      const history = randomHistory(random, 6);
      const expected = byEveryOrder(history);
      seen[`${expected}`] += 1;
      expect({ history, valid: linearize(history).valid }).toEqual({ history, valid: expected });
    }
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(300);
  });

  it('walks a long history of many clients, and finds one stale read in it', () => {
    const history = longHistory(500, 10);
    expect(linearize(history).valid).toBe(true);
    const at = history.findIndex(({ f, invoked }, index) => f === 'read' && index > 300 && invoked > 0);
    const stale = history.with(at, { ...history[at]!, f: 'read', value: -1 } as Operation);
    expect(linearize(stale).valid).toBe(false);
  });

  it('gives up at its limit, and says so', () => {
    expect(linearize(longHistory(500, 10), { stepsMax: 100 })).toMatchObject({ valid: 'unknown', steps: 100 });
    expect(checkRegisters(longHistory(500, 10), { stepsMax: 100 })).toMatchObject({ valid: 'unknown', counts: { unknown: 1 } });
  });

  it('judges each key by itself', () => {
    const verdict = checkRegisters([write(1, [0, 1], 'a'), write(2, [0, 1], 'b'), read(1, [2, 3], 'a'), read(1, [2, 3], 'b')]);
    expect(verdict).toMatchObject({ valid: false, counts: { keys: 2, operations: 4 } });
    expect(verdict.problems).toEqual(['b: no order explains 0: read b 1 ok 2.0..3.0; before it: 0: write b 2 ok 0.0..1.0; beside it: nothing']);
  });
});

function randomHistory(random: () => number, size: number): RegisterOperation[] {
  const below = (end: number) => Math.floor(random() * end);
  return Array.from({ length: size }, () => {
    const invoked = below(20);
    const answered = random() < 0.85;
    const at = answered ? ([invoked, invoked + 1 + below(8)] as const) : ([invoked] as const);
    switch (below(3)) {
      case 0:
        return read([null, 1, 2][below(3)]!, at);
      case 1:
        return write(1 + below(2), at);
      default:
        return cas(1 + below(2), 1 + below(2), at, random() < 0.6);
    }
  }) as RegisterOperation[];
}

/** Places any operation next that no other unplaced one had to be before. */
function byEveryOrder(history: readonly RegisterOperation[], state: RegisterState = null): boolean {
  const owed = history.filter(({ outcome }) => outcome === 'ok');
  if (owed.length === 0) return true;
  const earliest = Math.min(...history.map(settledAt));
  return history.some((operation) => {
    if (operation.invoked > earliest || (operation.f === 'read' && operation.outcome === 'info')) return false;
    const next = after(state, operation);
    return next !== undefined && byEveryOrder(history.filter((other) => other !== operation), next);
  });
}

/** What clients of a correct register see: each operation takes effect at one moment between its call and its answer. */
function longHistory(size: number, clients: number): Operation[] {
  const random = seeded(7);
  const free = Array.from({ length: clients }, () => 0);
  const planned = Array.from({ length: size }, (_, index) => {
    const process = index % clients;
    const invoked = free[process]! + random();
    const [effect, returned] = [invoked + random() * 3, invoked + 3 + random()];
    free[process] = returned;
    return { process, invoked, effect, returned, reads: random() < 0.5, value: index };
  });
  let value: number | null = null;
  return planned
    .toSorted((a, b) => a.effect - b.effect)
    .map(({ process, invoked, returned, reads, value: next }) => {
      if (!reads) value = next;
      return made({ f: reads ? 'read' : 'write', key: 'x', value } as Parameters<typeof made>[0], [invoked, returned], { process });
    });
}
