import { describe, expect, it } from 'vitest';
import { checkBank } from '~/tests/faults/checkers/bank.ts';
import { checkCounter } from '~/tests/faults/checkers/counter.ts';
import { worst } from '~/tests/faults/checkers/verdict.ts';
import { seeded } from '~/tests/faults/random.ts';
import { balances, count, increment } from './made.ts';

describe('the counter checker', () => {
  it('takes any reading between what is certain and what is possible', () => {
    const history = [increment(2, [0, 1]), increment(3, [2]), increment(5, [3, 20]), increment(100, [4, 5], { outcome: 'fail' })];
    for (const value of [2, 5, 7, 10]) expect(checkCounter([...history, count(value, [6, 7])]).valid).toBe(true);
    for (const value of [1, 11, 110]) expect(checkCounter([...history, count(value, [6, 7])]).valid).toBe(false);
    expect(checkCounter([...history, count(2, [21, 22])])).toMatchObject({ valid: false, problems: ['not within 7..10: 0: count 2 ok 21.0..22.0'] });
  });

  it('counts down as well as up', () => {
    const history = [increment(10, [0, 1]), increment(-4, [2])];
    for (const value of [6, 10]) expect(checkCounter([...history, count(value, [6, 7])]).valid).toBe(true);
    for (const value of [5, 11]) expect(checkCounter([...history, count(value, [6, 7])]).valid).toBe(false);
  });

  it('finds one lost increment among many', () => {
    const random = seeded(3);
    const history = Array.from({ length: 500 }, (_, index) => increment(1, [index, index + random()]));
    expect(checkCounter([...history, count(500, [600, 601])]).valid).toBe(true);
    expect(checkCounter([...history, count(499, [600, 601])]).valid).toBe(false);
  });
});

describe('the bank checker', () => {
  const bank = { accounts: ['a', 'b'], total: 10, mayOwe: false };

  it('takes what sums up', () => expect(checkBank([balances({ a: 4, b: 6 }, [0, 1])], bank).valid).toBe(true));

  it.each([
    ['money that vanished', { a: 4, b: 5 }, 'the sum is 9 and not 10'],
    ['debts', { a: -1, b: 11 }, 'accounts a are below zero'],
    ['an account that is gone', { a: 10 }, 'accounts b are missing'],
    ['one too many', { a: 4, b: 5, c: 1 }, "accounts c are nobody's"],
  ])('finds %s', (_, value, problem) => {
    const verdict = checkBank([balances(value, [0, 1])], bank);
    expect(verdict.valid).toBe(false);
    expect(verdict.problems.join()).toContain(problem);
  });
});

it('of several verdicts the worst counts', () => {
  const of = (valid: boolean | 'unknown') => ({ checker: '', valid, problems: [], counts: {} });
  expect([worst([of(true), of(true)]), worst([of(true), of('unknown')]), worst([of('unknown'), of(false)])]).toEqual([true, 'unknown', false]);
});
