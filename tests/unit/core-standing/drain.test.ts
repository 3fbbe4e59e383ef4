import { expect, it } from 'vitest';
import type { GroupView, StorageRow } from '~/contract/shapes/sharding-view.ts';
import { drainOf } from '~/core/standing/drain.ts';

/** A storage of weight 0 says what it waits for, and when it may go. */

const storage = (more: Partial<StorageRow> = {}): StorageRow => ({ uuid: '00000001-1111-4222-8333-444444444444', alias: 's1', weight: 0, owned: 0, pinned: 0, target: 0, arriving: 0, leaving: 0, states: {}, ageMs: 100, waits: [], blockers: [], ...more });
const group = (state: GroupView['state'] = 'moving') => ({ group: 'hot', state, bootstrapped: { buckets: 10, hash: 'strcrc32', by: 'ann', at: 1 } });
const said = (more: Partial<StorageRow>, state?: GroupView['state']) => drainOf(storage(more), group(state))?.sentence;

it('is said of weight 0 only', () => {
  expect(drainOf(storage({ weight: 1 }), group())).toBeNull();
});

it('may go when nothing of a bucket is left, but for the rows that say where it went', () => {
  expect(drainOf(storage({ states: { gone: 1500 } }), group('balanced'))).toEqual({ empty: true, left: 0, sentence: 's1 is empty: it may lose role storage, or be deleted.' });
  expect(drainOf(storage({ states: { garbage: 3, gone: 5 } }), group('balanced'))).toMatchObject({ empty: false, sentence: 's1 has handed over every bucket; the rows of 3 buckets are still being deleted.' });
  expect(drainOf(storage({ leaving: 2 }), group())).toMatchObject({ empty: false, sentence: 'The last buckets of s1 are under way.' });
});

it('is not called empty by what nobody has said lately', () => {
  expect(drainOf(storage({ ageMs: 11_000 }), group('balanced'))).toMatchObject({ empty: false, sentence: 'Nobody has told lately how many buckets s1 still has.' });
  expect(drainOf(storage({ owned: null, ageMs: null }), group('balanced'))).toMatchObject({ empty: false });
});

it('says what keeps its buckets there, and the way out', () => {
  expect(said({ owned: 7 }, 'off')).toBe('7 buckets still to leave s1. Rebalancing is off: `coterie sharding configure hot --rebalance auto`.');
  expect(said({ owned: 7 }, 'paused')).toMatch(/paused: `coterie sharding resume hot`\.$/);
  expect(said({ owned: 7 }, 'ready')).toMatch(/started: `coterie sharding start hot`\.$/);
  expect(said({ owned: 7 }, 'impossible')).toMatch(/give another one a weight\.$/);
  expect(said({ owned: 7, waits: [{ code: 'requestsHold', target: 'x', sentence: 'Requests hold one.', blocks: 'nothing' }, { code: 'voterAway', target: 'x', sentence: 'b is away.', blocks: 'both' }] }, 'waiting')).toBe('7 buckets still to leave s1. b is away.');
  expect(said({ owned: 7 }, 'moving')).toBe('7 buckets still to leave s1.');
});

it('names pinned buckets as what they are', () => {
  expect(drainOf(storage({ owned: 2, pinned: 2 }), group('balanced'))).toEqual({ empty: false, left: 2, sentence: '2 buckets of s1 are pinned, and stay until somebody unpins them.' });
  expect(said({ owned: 1, pinned: 1 }, 'balanced')).toBe('1 bucket of s1 is pinned, and stays until somebody unpins it.');
  expect(said({ owned: 3, pinned: 2 }, 'moving')).toMatch(/^3 buckets still to leave/);
});
