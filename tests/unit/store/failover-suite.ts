import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '~/contract/shapes/failover-status.ts';
import type { DecisionView } from '~/contract/shapes/failover-view.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import type { TrailRow } from '~/core/incidents/rows.ts';
import type { Store } from '~/server/store/index.ts';
import { t0 } from './values.ts';

const note = (agent: string, number: number, more: Partial<TrailRow> = {}): TrailRow => ({ agent, life: 'one', number, at: t0 + number, replicaset: 's1', epoch: 1, by: 'member', what: 'promoted', detail: null, ...more });
const told = (rows: readonly TrailRow[]): EventDraft[] => rows.map(({ agent, number, at }) => ({ at, kind: 'failover', severity: 'info', object: { kind: 'replicaset', id: 's1', name: 's1' }, sentence: `${agent} ${number}`, actor: null, data: { incident: 's1:1' } }));
const decision = (epoch: number, more: Partial<DecisionView> = {}): DecisionView => ({ replicaset: 's1', epoch, term: 1, cause: 'crash', from: 'a', to: 'b', evidence: ['x'], rowsLost: null, ...more });

/** What every store must do for the notes of failover: whoever brings them, and however often, each is there once and told once. */
export function failoverSuite(name: string, open: () => Promise<{ store: Store; end: () => Promise<void> }>): void {
  let store: Store;
  let end: () => Promise<void>;

  describe(`${name}: notes of failover`, () => {
    beforeAll(async () => ({ store, end } = await open()));
    afterAll(() => end());

    it('are kept once, and told of with the write that brings them', async () => {
      const first = [note('a', 1), note('a', 2, { detail: 'why', what: 'exited' })];
      expect(await store.failover.add(first, told)).toEqual(first);
      expect(await store.failover.add(first, told)).toEqual([]);
      expect(await store.failover.add([...first, note('a', 3)], told)).toEqual([note('a', 3)]);
      expect((await store.events.list({ kind: 'failover', limit: 9 })).map(({ sentence }) => sentence)).toEqual(['a 3', 'a 2', 'a 1']);
      expect(await store.failover.notes({ replicaset: 's1', limit: 2 })).toEqual([note('a', 3), first[1]]);
      expect(await store.failover.notes({ replicaset: 's2', limit: 2 })).toEqual([]);
      expect(await store.failover.notes({ since: t0 + 2, until: t0 + 2, limit: 9 })).toEqual([first[1]]);
      await expect(store.failover.add([note('a', 4)], () => { throw new Error('no words'); })).rejects.toThrow('no words');
      expect(await store.failover.add([note('a', 4)], () => [])).toHaveLength(1);
    });

    it('are told of once by many that bring them at the same time', async () => {
      const rows = Array.from({ length: 20 }, (_, index) => note('c', index + 1));
      const brought = await Promise.all(Array.from({ length: 4 }, () => store.failover.add(rows, told)));
      expect(brought.flat()).toHaveLength(20);
      expect((await store.events.list({ kind: 'failover', limit: 1000 })).filter(({ sentence }) => sentence.startsWith('c '))).toHaveLength(20);
    });

    it('say how far the newest log of each agent is known', async () => {
      await store.failover.add([note('b', 7)], told);
      await store.failover.add([note('b', 1, { life: 'two', at: t0 + 900 })], told);
      const cursors = await store.failover.cursors();
      expect([cursors.get('a'), cursors.get('b')]).toMatchObject([{ life: 'one', number: 4 }, { life: 'two', number: 1 }]);
      expect(cursors.has('nobody')).toBe(false);
    });

    it('end with their time, and so do decisions', async () => {
      await store.failover.decide([decision(1), decision(2)], t0);
      await store.failover.decide([decision(2, { rowsLost: 3 })], t0 + 10_000);
      expect(await store.failover.decisions('s1')).toHaveLength(2);
      expect((await store.failover.decisions()).find(({ epoch }) => epoch === 2)).toEqual(decision(2, { rowsLost: 3 }));
      expect(await store.failover.prune({ before: t0 + 2, limit: 100 })).toBeGreaterThan(0);
      expect(await store.failover.decisions()).toEqual([]);
      expect((await store.failover.notes({ limit: 100 })).every(({ at }) => at >= t0 + 2)).toBe(true);
    });
  });
  describe(`${name}: orders of people`, () => {
    beforeAll(async () => ({ store, end } = await open()));
    afterAll(() => end());
    const order = (id: string, more: Partial<Order> = {}): Order => ({ id, kind: 'switch', sentence: `${id} begins`, by: 'ann', reason: null, startedAt: t0, finishedAt: null, moves: [], ...more });
    const listed = async (endedSince = 0) => (await store.failoverOrders.list({ endedSince, limit: 10 })).map(({ server, beat, order: { sentence } }) => [server, beat, sentence]);

    it('are changed by the server that carries them out, and only by what is newer', async () => {
      await store.failoverOrders.begin(order('one'), 'x');
      await store.failoverOrders.begin(order('two', { startedAt: t0 + 5 }), 'y');
      // A second try, after an answer that was lost.
      await store.failoverOrders.begin(order('one', { sentence: 'again' }), 'x');
      expect(await listed()).toEqual([['y', 0, 'two begins'], ['x', 0, 'one begins']]);
      expect(await store.failoverOrders.change(order('one', { sentence: 'moves' }), { server: 'x', beat: 2 })).toBe(true);
      expect(await store.failoverOrders.change(order('one', { sentence: 'late' }), { server: 'x', beat: 1 })).toBe(false);
      expect(await store.failoverOrders.change(order('one', { sentence: 'stolen' }), { server: 'y', beat: 3 })).toBe(false);
      expect(await listed()).toEqual([['y', 0, 'two begins'], ['x', 2, 'moves']]);
    });

    it('are ended by others only where they have stood still, once, and by their own server after all', async () => {
      const ended = order('one', { sentence: 'left', finishedAt: t0 + 50 });
      expect(await store.failoverOrders.end(ended, { server: 'x', beat: 1 })).toBe(false);
      expect(await Promise.all([store.failoverOrders.end(ended, { server: 'x', beat: 2 }), store.failoverOrders.end(ended, { server: 'x', beat: 2 })])).toEqual(expect.arrayContaining([true, false]));
      expect(await store.failoverOrders.change(order('one', { sentence: 'done', finishedAt: t0 + 60 }), { server: 'x', beat: 3 })).toBe(true);
      expect(await listed()).toEqual([['y', 0, 'two begins'], ['x', 3, 'done']]);
    });

    it('are told for a while after their end, and then deleted; one under way stays', async () => {
      expect(await listed(t0 + 60)).toHaveLength(2);
      expect(await listed(t0 + 61)).toEqual([['y', 0, 'two begins']]);
      expect(await store.failoverOrders.prune(t0 + 60)).toBe(0);
      expect(await store.failoverOrders.prune(t0 + 61)).toBe(1);
      expect(await listed()).toEqual([['y', 0, 'two begins']]);
    });
  });
}
