import { describe, expect, it } from 'vitest';
import { checkSet, findInSet } from '~/tests/faults/checkers/set.ts';
import { add, members } from './made.ts';

const acked = [add(1, [0, 1]), add(2, [2, 3]), add(3, [4, 5])];

describe('the set checker', () => {
  it('passes what is all there, whatever became of the unknown ones', () => {
    expect(checkSet([...acked, add(4, [5]), add(5, [6]), members([1, 2, 3, 4], [10, 11])])).toMatchObject({ valid: true, counts: { acknowledged: 3, lost: 0, unknownThere: 1, unknownAbsent: 1 } });
  });

  it('finds what was acknowledged and is gone, and says which', () => {
    const verdict = checkSet([...acked, members([1, 3], [10, 11])]);
    expect(verdict).toMatchObject({ valid: false, counts: { lost: 1 } });
    expect(verdict.problems).toEqual(['lost: acknowledged, and not there at the end: 0: add 2 ok 2.0..3.0']);
    expect(checkSet([...acked, members([1, 3], [10, 11])], { kept: new Set([2]) })).toMatchObject({ valid: true, counts: { lost: 1, kept: 1 } });
  });

  it('takes nothing for lost that a read could not see yet', () => {
    expect(checkSet([...acked, add(4, [9, 12]), members([1, 2, 3], [10, 11])]).valid).toBe(true);
  });

  it('finds what was gone and came back', () => {
    const found = findInSet([...acked, members([1, 2, 3], [6, 7]), members([1, 3], [8, 9]), members([1, 2, 3], [10, 11])]);
    expect(found.resurrected.map(({ value }) => value)).toEqual([2]);
    expect(found.lost).toEqual([]);
  });

  it('takes an unknown one that comes late for nothing strange, but not one that comes, goes and comes', () => {
    const unknown = add(9, [0]);
    expect(checkSet([unknown, members([], [1, 2]), members([9], [3, 4])]).valid).toBe(true);
    expect(checkSet([unknown, members([9], [1, 2]), members([], [3, 4]), members([9], [5, 6])]).valid).toBe(false);
  });

  it('takes reads that overlap for what they are: either may be the earlier one', () => {
    const unknown = add(9, [0, 8]);
    expect(checkSet([unknown, members([9], [1, 10]), members([], [2, 3]), members([9], [11, 12])]).valid).toBe(true);
    expect(checkSet([unknown, members([9], [1, 2]), members([], [3, 4]), members([9], [11, 12])]).valid).toBe(false);
  });

  it('finds what was refused and is there', () => {
    const verdict = checkSet([...acked, add(4, [6, 7], { outcome: 'fail' }), members([1, 2, 3, 4], [10, 11])]);
    expect(verdict).toMatchObject({ valid: false, counts: { resurrected: 1 } });
  });

  it('finds what is there twice, and what nobody added', () => {
    expect(checkSet([...acked, members([1, 2, 2, 3, 77], [10, 11])])).toMatchObject({ valid: false, counts: { duplicated: 1, unexpected: 1, lost: 0 } });
  });

  it('says nothing about a set that was never read', () => {
    expect(() => checkSet(acked)).toThrow('never read');
  });
});
