import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf } from '~/core/alerts/message.ts';
import type { Told } from '~/core/alerts/decide.ts';
import { RetentionKeeper } from '~/server/runtime/retention.ts';
import type { NewDelivery, Store, StoredChannel } from '~/server/store/index.ts';
import { committed, entry, event, run, t0, user } from './values.ts';

/** What every store must do for alerts and for the end of history. */

const channel = (name: string, at = t0): StoredChannel => ({
  name, kind: 'webhook', sealed: 'v1.x', by: 'ann', at, lastSentAt: null, failing: null,
  settings: { minSeverity: 'warning', codes: ['a'], objects: [], forSeconds: 10, repeatHours: 0.5, enabled: true, address: 'http://h/...', signed: true, mail: null },
});
const told = (name: string, code: string): Told => ({
  channel: name, first: t0, at: t0 + 1, changedAt: null,
  issue: { id: `${code}:1`, code, severity: 'critical', object: { kind: 'instance', id: '1', name: 'a' }, sentence: 's', wayOut: 'w', since: t0 },
});
let ids = 0;
const message = (name: string, at = t0): NewDelivery => ({
  channel: name, at, state: 'queued', attempts: 0, nextAt: at, endedAt: null, answer: null,
  body: bodyOf([{ change: 'raised', issue: told(name, 'x').issue }], { id: `m${(ids += 1)}`, at, cluster: 'demo', url: 'http://c' }),
});

export function alertSuite(name: string, open: () => Promise<{ store: Store; end: () => Promise<void> }>): void {
  let store: Store;
  let end: () => Promise<void>;

  describe(`${name}: alerts`, () => {
    beforeAll(async () => ({ store, end } = await open()));
    afterAll(() => end());

    it('channels are added once, replaced as they were read, and removed with all that is theirs', async () => {
      expect([await store.alerts.addChannel(channel('b')), await store.alerts.addChannel(channel('a')), await store.alerts.addChannel(channel('a', t0 + 1))]).toEqual([true, true, false]);
      expect(await store.alerts.channels()).toEqual([channel('a'), channel('b')]);
      expect([await store.alerts.replaceChannel({ ...channel('a', t0 + 5), sealed: 'v1.y' }, t0), await store.alerts.replaceChannel(channel('a', t0 + 6), t0)]).toEqual([true, false]);
      expect((await store.alerts.channels())[0]).toEqual({ ...channel('a', t0 + 5), sealed: 'v1.y' });
    });

    it('who was told and the message are written together, by whoever has the turn', async () => {
      expect((await store.locks.take('alerts', 'us', 60_000)).held).toBe(true);
      const change = { put: [told('a', 'x'), told('a', 'y')], drop: [], messages: [message('a')] };
      expect(await store.alerts.commit(change, { name: 'alerts', owner: 'others', term: 1 })).toBe(false);
      expect([await store.alerts.told(), await store.alerts.queued()]).toEqual([[], []]);
      expect(await store.alerts.commit(change, { name: 'alerts', owner: 'us', term: 1 })).toBe(true);
      expect((await store.alerts.told()).toSorted((x, y) => (x.issue.id < y.issue.id ? -1 : 1))).toEqual([told('a', 'x'), told('a', 'y')]);
      expect(await store.alerts.commit({ put: [{ ...told('a', 'x'), at: t0 + 9 }], drop: [told('a', 'y')], messages: [message('a', t0 + 9)] }, null)).toBe(true);
      expect(await store.alerts.told()).toEqual([{ ...told('a', 'x'), at: t0 + 9 }]);
      expect((await store.alerts.queued()).map(({ at, attempts, parsed, body }) => [at, attempts, JSON.stringify(parsed) === body])).toEqual([[t0, 0, true], [t0 + 9, 0, true]]);
      expect(await store.alerts.commit({ put: [told('gone', 'x')], drop: [], messages: [message('gone')] }, null)).toBe(true);
      expect([(await store.alerts.told()).length, (await store.alerts.queued()).length]).toEqual([1, 2]);
    });

    it('one attempt is one server\'s; failures and successes show at the channel', async () => {
      const [first] = await store.alerts.queued();
      expect([await store.alerts.claim(first!, t0 + 30), await store.alerts.claim(first!, t0 + 30)]).toEqual([true, false]);
      await store.alerts.retry(first!, { at: t0 + 10, nextAt: t0 + 40, answer: '500 no' });
      await store.alerts.retry(first!, { at: t0 + 20, nextAt: t0 + 50, answer: '503 no' });
      expect((await store.alerts.channels())[0]!.failing).toEqual({ since: t0 + 10, error: '503 no' });
      expect((await store.alerts.queued())[0]).toMatchObject({ attempts: 1, nextAt: t0 + 50 });
      await store.alerts.hurry('a', t0 + 21);
      expect((await store.alerts.queued())[0]).toMatchObject({ nextAt: t0 + 21 });
      await store.alerts.ended(first!, { state: 'sent', at: t0 + 60, answer: '200 OK' });
      expect((await store.alerts.channels())[0]).toMatchObject({ failing: null, lastSentAt: t0 + 60 });
      await store.alerts.log({ ...message('a', t0 + 70), state: 'failed', attempts: 1, nextAt: null, endedAt: t0 + 71, answer: 'no' });
      expect((await store.alerts.deliveries({ limit: 9 })).map(({ state, answer, nextAt, endedAt }) => [state, answer, nextAt, endedAt])).toEqual([['failed', 'no', null, t0 + 71], ['queued', null, t0 + 9, null], ['sent', '200 OK', null, t0 + 60]]);
      expect((await store.alerts.deliveries({ state: 'sent', channel: 'a', limit: 9 })).length).toBe(1);
      expect(await store.alerts.deliveries({ before: first!.id, limit: 9 })).toEqual([]);
      expect([await store.alerts.removeChannel('a'), await store.alerts.removeChannel('a')]).toEqual([true, false]);
      expect([await store.alerts.told(), await store.alerts.queued(), (await store.alerts.deliveries({ limit: 9 })).length]).toEqual([[], [], 2]);
    });

    it('silences are listed while they hold', async () => {
      const silence = { id: 's1', code: null, object: { kind: 'instance' as const, id: '1', name: 'a' }, severity: 'warning' as const, by: 'ann', at: t0, until: t0 + 100, reason: 'r' };
      await store.alerts.addSilence(silence);
      await store.alerts.addSilence({ ...silence, id: 's2', code: 'x', object: null, severity: null, until: t0 + 50 });
      expect((await store.alerts.silences(t0)).map(({ id }) => id)).toEqual(['s2', 's1']);
      expect(await store.alerts.silences(t0 + 50)).toEqual([silence]);
      expect([await store.alerts.removeSilence('s1'), await store.alerts.removeSilence('s1')]).toEqual([true, false]);
    });
  });

  describe(`${name}: retention`, () => {
    beforeAll(async () => ({ store, end } = await open()));
    afterAll(() => end());

    it('deletes what is older, in batches, and nothing that is to stay', async () => {
      const dayMs = 86_400_000;
      const now = Date.now();
      const ago = (days: number) => now - days * dayMs;
      await store.events.append(Array.from({ length: 25 }, (_, n) => ({ ...event(n), at: ago(100 - n) })));
      for (const days of [400, 366, 364, 1]) await store.audit.append({ ...entry(1), at: ago(days) });
      for (const state of ['sent', 'failed', 'queued'] as const) await store.alerts.log({ ...message('a', ago(40)), state });
      await store.runs.begin({ ...run('old', 1), startedAt: ago(400) }, 'us');
      await store.runs.abort('old', { at: ago(400), error: 'x', instances: [] });
      await store.runs.begin({ ...run('open', 1), startedAt: ago(400) }, 'us');
      expect(await store.retention.oldest('audit')).toBe(ago(400));
      for (const version of [1, 2]) await store.versions.append(committed(version));
      await store.issueMarks.put({ kind: 'acknowledged', scope: 'unreachable:x', object: { kind: 'instance', id: 'x', name: 'x' }, by: 'ann', reason: 'x', at: ago(400), until: null });
      await store.users.create(user('old', 'viewer', { createdAt: ago(400) }));
      await store.rules.put({ rule: { name: 'old', watch: 'count', per: 'object', count: 1, minutes: 10, severity: 'warning', todo: '', enabled: true }, by: 'ann', at: ago(400) });
      const others = async () => JSON.stringify([await store.versions.list({ limit: 9, offset: 0 }), await store.issueMarks.list(), await store.users.list(), await store.rules.list(), await store.alerts.channels()]);
      const before = await others();

      const limits = { everyMs: 1e9, firstMs: 1e9, batchRows: 4, pauseMs: 0, batchesMax: 100, eventsMax: 10, untoldMs: 600_000 };
      const keeper = new RetentionKeeper({ store, now: () => now, isOurs: () => true, onError: (error) => expect.unreachable(String(error)) }, limits);
      expect((await keeper.get()).days).toEqual({ eventDays: 90, auditDays: 365, deliveryDays: 30, runDays: 365 });
      expect(await keeper.wouldGo((await keeper.get()).days)).toEqual({ event: 10, audit: 2, delivery: 2, run: 1 });
      // 10 events by age, 5 more by count, 2 audit entries, 2 deliveries, 1 run.
      expect(await keeper.prune()).toBe(20);
      expect(await keeper.prune()).toBe(0);
      expect((await store.events.list({ limit: 99 })).length).toBe(10);
      expect((await store.audit.list({ limit: 9 })).map(({ at }) => at)).toEqual([ago(1), ago(364)]);
      expect((await store.alerts.deliveries({ limit: 9 })).map(({ state }) => state)).toEqual(['queued']);
      expect((await store.runs.list({ limit: 9, offset: 0 })).map(({ id }) => id)).toEqual(['open']);

      expect(await others()).toBe(before);

      await keeper.set({ eventDays: 80, auditDays: 30, deliveryDays: 30, runDays: 365 }, { by: 'ann', at: now });
      expect(await keeper.get()).toEqual({ days: { eventDays: 80, auditDays: 30, deliveryDays: 30, runDays: 365 }, by: 'ann', at: now });
      await keeper.prune();
      expect((await store.audit.list({ limit: 9 })).map(({ at }) => at)).toEqual([ago(1)]);
      await keeper.end();
    });

    it('events that are older than the setting go, to the millisecond, and no other', async () => {
      const dayMs = 86_400_000;
      const now = Date.now() + dayMs;
      const older = [31 * dayMs, 30 * dayMs + 1];
      const younger = [30 * dayMs, 30 * dayMs - 1, 0];
      const kinds = ['health', 'action', 'config', 'process', 'decision'] as const;
      await store.events.append(kinds.flatMap((kind) => [...older, ...younger].map((age) => event(1, { kind, at: now - age, sentence: `${kind} ${age}` }))));
      const keeper = new RetentionKeeper({ store, now: () => now, isOurs: () => true, onError: (error) => expect.unreachable(String(error)) }, { everyMs: 1e9, firstMs: 1e9, batchRows: 3, pauseMs: 0, batchesMax: 100, eventsMax: 1e6, untoldMs: 600_000 });
      const days = { eventDays: 30, auditDays: 3650, deliveryDays: 3650, runDays: 3650 };
      const promised = await keeper.wouldGo(days);
      const all = async () => (await store.events.list({ limit: 999 })).map(({ sentence }) => sentence);
      const expected = (await store.events.list({ limit: 999 })).filter(({ at }) => at >= now - 30 * dayMs).map(({ sentence }) => sentence);
      const before = (await all()).length;
      await keeper.set(days, { by: 'ann', at: now });
      await keeper.prune();
      expect(before - expected.length).toBe(promised.event);
      expect(promised).toMatchObject({ audit: 0, delivery: 0, run: 0 });
      expect(await all()).toEqual(expected);
      expect(expected.filter((sentence) => /^(health|action|config|process|decision) \d/.test(sentence))).toHaveLength(kinds.length * younger.length);
      await keeper.end();
    });

    it('an audit entry of the last 30 days is deleted by nobody, whatever is asked for', async () => {
      const before = await store.audit.list({ limit: 9 });
      await expect(store.retention.prune('audit', { before: Date.now() + 1000, limit: 9 })).rejects.toThrow();
      expect(await store.audit.list({ limit: 9 })).toEqual(before);
      expect(before.length).toBe(1);
    });
  });
}
