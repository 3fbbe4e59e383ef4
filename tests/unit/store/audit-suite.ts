import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '~/server/store/index.ts';
import { entry, t0 } from './values.ts';

/** What every store must do for the audit log: what was done, and what was begun and has perhaps never ended. */
export function auditSuite(name: string, open: () => Promise<{ store: Store; end: () => Promise<void> }>): void {
  let store: Store;
  let end: () => Promise<void>;
  const fresh = () => {
    beforeAll(async () => ({ store, end } = await open()));
    afterAll(() => end());
  };

  describe(`${name}: the audit log`, () => {
    fresh();

    it('gives back what was written, filtered', async () => {
      const id = await store.audit.append(entry(1));
      await store.audit.append(entry(2, { actor: 'bob', operation: 'user.create', outcome: 'refused', error: 'no', before: { a: 1 } }));
      expect(await store.audit.list({ limit: 9, actor: 'alice' })).toEqual([{ id, ...entry(1) }]);
      expect((await store.audit.list({ limit: 9 })).map(({ actor }) => actor)).toEqual(['bob', 'alice']);
      expect(await store.audit.list({ limit: 9, operation: 'user.create', since: t0 + 2 })).toMatchObject([{ outcome: 'refused', error: 'no', before: { a: 1 } }]);
      expect((await store.audit.list({ limit: 9, before: id + 1 })).map((row) => row.id)).toEqual([id]);
    });

    it('cuts what is too big to be an entry', async () => {
      await store.audit.append(entry(3, { input: { document: 'x'.repeat(100_000) } }));
      const [row] = await store.audit.list({ limit: 1 });
      expect(row!.input).toMatchObject({ truncated: true, bytes: 100_015 });
    });
  });

  describe(`${name}: what was begun`, () => {
    fresh();
    const untold = (target: string, at: number) => entry(0, { target, at, outcome: 'unknown', error: 'not told' });

    it('is an entry once it has ended, and only as it ended', async () => {
      await store.audit.begin('a', untold('a', t0));
      expect(await store.audit.list({ limit: 9 })).toEqual([]);
      await store.audit.append(entry(0, { target: 'a' }), 'a');
      expect(await store.audit.settle(t0 + 1)).toBe(0);
      expect((await store.audit.list({ limit: 9 })).map(({ target, outcome }) => [target, outcome])).toEqual([['a', 'ok']]);
    });

    it('and was not worth an entry leaves none', async () => {
      await store.audit.begin('b', untold('b', t0));
      await store.audit.forget('b');
      expect(await store.audit.settle(t0 + 1)).toBe(0);
    });

    it('and has never ended becomes an entry, once, whoever looks', async () => {
      const large = 'x'.repeat(100_000);
      await store.audit.begin('c', { ...untold('c', t0), input: { large } });
      await store.audit.begin('d', untold('d', t0 + 50));
      expect((await Promise.all([store.audit.settle(t0 + 50), store.audit.settle(t0 + 50)])).toSorted()).toEqual([0, 1]);
      const [found] = await store.audit.list({ outcome: 'unknown', limit: 9 });
      expect(found).toMatchObject({ target: 'c', at: t0, error: 'not told', input: { truncated: true } });
      expect(await store.audit.settle(t0 + 51)).toBe(1);
      expect(await store.audit.list({ limit: 9 })).toHaveLength(3);
    });
  });
}
