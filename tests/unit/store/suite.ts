import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '~/server/store/index.ts';
import { migrate, migrationsIn } from '~/server/store/migrate.ts';
import { migrationsFolder, packageRoot } from '~/server/store/paths.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { committed, entry, event, instances, run, t0, user } from './values.ts';

const migrationCount = async () => (await migrationsIn(migrationsFolder('sqlite', packageRoot()))).migrationDirectories.length;

/** What every store must do, whatever database is beneath. `open` gives a new, empty one. */
export function storeSuite(name: string, open: () => Promise<{ store: Store; end: () => Promise<void> }>): void {
  let store: Store;
  let end: () => Promise<void>;
  const fresh = () => {
    beforeAll(async () => ({ store, end } = await open()));
    afterAll(() => end());
  };

  describe(`${name}: versions`, () => {
    fresh();

    it('begin empty', async () => {
      expect([await store.versions.latest(), await store.versions.head(), await store.versions.list({ limit: 5, offset: 0 })]).toEqual([null, null, []]);
    });

    it('grow by one, exactly as given', async () => {
      expect(await store.versions.append(committed(2))).toBe('stale');
      for (const version of [1, 2, 3]) expect(await store.versions.append(committed(version))).toBe('appended');
      expect(await store.versions.append(committed(3))).toBe('stale');
      expect(await store.versions.append(committed(5))).toBe('stale');
      expect(await store.versions.get(2)).toEqual(committed(2));
      expect(await store.versions.get(4)).toBeNull();
      expect(await store.versions.latest()).toEqual(committed(3));
      expect(await store.versions.head()).toEqual({ version: 3, hash: committed(3).meta.hash });
      expect(await store.versions.list({ limit: 2, offset: 1 })).toEqual([committed(2).meta, committed(1).meta]);
    });

    it('keep a document of 4 MiB with every character', async () => {
      const text = `"${'zażółć gęślą jaźń 🦊 \\u0000 '.repeat(130_000)}"`;
      expect(await store.versions.append(committed(4, text))).toBe('appended');
      expect((await store.versions.latest())!.text === text).toBe(true);
    });

    it('are not adopted when the history has them already', async () => {
      expect(await store.versions.adopt(committed(3))).toBe('not ahead');
      expect(await store.versions.adopt(committed(4))).toBe('not ahead');
    });
  });

  describe(`${name}: a lost database`, () => {
    fresh();

    it('takes the version that the agents have, and goes on from there', async () => {
      expect(await store.versions.adopt(committed(57))).toBe('adopted');
      expect(await store.versions.adopt(committed(57))).toBe('not ahead');
      expect(await store.versions.append(committed(1))).toBe('stale');
      expect(await store.versions.append(committed(58))).toBe('appended');
      expect((await store.versions.head())?.version).toBe(58);
    });

    it('is brought up to date where it is an old copy', async () => {
      expect(await store.versions.adopt(committed(70))).toBe('adopted');
      expect(await store.versions.append(committed(71))).toBe('appended');
      expect(await store.versions.get(60)).toBeNull();
    });
  });

  describe(`${name}: runs`, () => {
    fresh();

    it('are decided together with their version, once', async () => {
      await store.runs.begin(run('r1', 1), 'one');
      expect(await store.runs.get('r1')).toEqual({ run: run('r1', 1), owner: 'one' });
      const audit = entry(0, { operation: 'config.upload' });
      const decision = { owner: 'one', at: t0 + 9, version: committed(1), instances, audit };
      expect(await store.runs.decide('r1', decision)).toBe('decided');
      expect((await store.runs.get('r1'))!.run).toMatchObject({ state: 'decided', decidedAt: t0 + 9, instances });
      expect((await store.versions.head())?.version).toBe(1);
      expect(await store.runs.decide('r1', decision)).toBe('stale');
      expect(await store.runs.decide('r1', { ...decision, version: committed(2) })).toBe('gone');
      expect((await store.versions.head())?.version).toBe(1);
      // One entry for the one decision that was made.
      expect(await store.audit.list({ limit: 9 })).toEqual([{ ...audit, id: expect.any(Number) }]);
    });

    it('move forward only', async () => {
      expect(await store.runs.abort('r1', { at: t0, error: 'x', instances })).toBe(false);
      expect(await store.runs.finish('r1', { at: t0 + 20, state: 'partial', instances })).toBe(true);
      expect(await store.runs.finish('r1', { at: t0 + 21, state: 'partial', instances })).toBe(false);
      expect(await store.runs.finish('r1', { at: t0 + 30, state: 'done', instances: [] })).toBe(true);
      expect(await store.runs.finish('r1', { at: t0 + 31, state: 'done', instances })).toBe(false);
      expect((await store.runs.get('r1'))!.run).toMatchObject({ state: 'done', finishedAt: t0 + 30, instances: [] });
      expect(await store.runs.progress('nobody', [])).toBe(false);
    });

    it('that were aborted are never decided', async () => {
      await store.runs.begin(run('r2', 2), 'one');
      expect(await store.runs.abort('r2', { at: t0 + 5, error: 'b refused: no memory', instances })).toBe(true);
      expect(await store.runs.decide('r2', { owner: 'one', at: t0, version: committed(2), instances, audit: null })).toBe('gone');
      expect((await store.versions.head())?.version).toBe(1);
      expect((await store.runs.get('r2'))!.run).toMatchObject({ state: 'aborted', error: 'b refused: no memory', finishedAt: t0 + 5 });
    });

    it('that were taken over are not decided by their old owner', async () => {
      await store.runs.begin(run('r3', 2), 'one');
      expect((await store.runs.unfinished()).map((stored) => [stored.run.id, stored.owner])).toEqual([['r3', 'one']]);
      expect(await store.runs.takeOver('r3', 'somebody', 'two')).toBe(false);
      expect(await store.runs.takeOver('r3', 'one', 'two')).toBe(true);
      expect(await store.runs.decide('r3', { owner: 'one', at: t0, version: committed(2), instances, audit: null })).toBe('gone');
      expect(await store.runs.decide('r3', { owner: 'two', at: t0, version: committed(2), instances, audit: null })).toBe('decided');
      expect((await store.runs.unfinished()).map((stored) => stored.run.state)).toEqual(['decided']);
      expect(await store.runs.progress('r3', instances)).toBe(true);
      expect(await store.runs.finish('r3', { at: t0, state: 'done', instances })).toBe(true);
      expect(await store.runs.unfinished()).toEqual([]);
    });

    it('are listed newest first, by state', async () => {
      expect((await store.runs.list({ limit: 9, offset: 0 })).map(({ id }) => id)).toEqual(['r3', 'r2', 'r1']);
      expect((await store.runs.list({ state: 'done', limit: 1, offset: 1 })).map(({ id }) => id)).toEqual(['r1']);
    });
  });

  describe(`${name}: locks`, () => {
    fresh();

    it('have one holder, who may take and renew again', async () => {
      expect(await store.locks.take('apply', 'one', 60_000)).toEqual({ held: true, term: 1 });
      expect(await store.locks.take('apply', 'one', 60_000)).toEqual({ held: true, term: 1 });
      const refused = await store.locks.take('apply', 'two', 60_000);
      expect(refused).toMatchObject({ held: false, owner: 'one' });
      expect(refused.held ? 0 : refused.expiresInMs).toBeGreaterThan(30_000);
      expect(await store.locks.renew('apply', 'two', 60_000)).toBe(false);
      expect(await store.locks.renew('apply', 'one', 60_000)).toBe(true);
      expect(await store.locks.take('other', 'two', 60_000)).toEqual({ held: true, term: 1 });
    });

    it('are free at once after a release by their holder', async () => {
      await store.locks.release('apply', 'two');
      expect(await store.locks.take('apply', 'two', 1000)).toMatchObject({ held: false });
      await store.locks.release('apply', 'one');
      expect(await store.locks.take('apply', 'two', 60_000)).toEqual({ held: true, term: 2 });
    });

    it('that were left over are taken when they have expired, and their holder is told', async () => {
      expect(await store.locks.take('left', 'one', 150)).toEqual({ held: true, term: 1 });
      const answer = await waitFor(async () => ((await store.locks.take('left', 'two', 60_000)).held ? await store.locks.take('left', 'two', 60_000) : null), { timeoutMs: 5000, what: 'the lock to expire' });
      expect(answer).toEqual({ held: true, term: 2 });
      expect(await store.locks.renew('left', 'one', 1000)).toBe(false);
      await store.locks.release('left', 'one');
      expect(await store.locks.take('left', 'one', 1000)).toMatchObject({ held: false, owner: 'two' });
    });

    it('have one winner among many that try at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => store.locks.take('crowd', `n${n}`, 60_000)));
      expect(answers.filter(({ held }) => held)).toHaveLength(1);
    });
  });

  describe(`${name}: events`, () => {
    fresh();

    it('get growing numbers and come back newest first, filtered', async () => {
      expect(await store.events.append([])).toEqual([]);
      const written = await store.events.append(Array.from({ length: 9 }, (_, n) => event(n)));
      expect(written.map(({ id }) => id)).toEqual(written.map(({ id }) => id).toSorted((a, b) => a - b));
      expect(new Set(written.map(({ id }) => id)).size).toBe(9);
      const [last] = await store.events.list({ limit: 1 });
      expect(last).toEqual({ id: written[8]!.id, ...event(8) });
      expect((await store.events.list({ object: 'id-1', limit: 9 })).map(({ data }) => data['n'])).toEqual([7, 4, 1]);
      expect(await store.events.list({ object: 'name-1', limit: 9 })).toEqual(await store.events.list({ object: 'id-1', limit: 9 }));
      expect((await store.events.list({ since: t0 + 6, limit: 9 })).map(({ data }) => data['n'])).toEqual([8, 7, 6]);
      expect((await store.events.list({ since: t0 + 3, until: t0 + 5, limit: 9 })).map(({ data }) => data['n'])).toEqual([5, 4, 3]);
      expect((await store.events.list({ until: t0 + 1, limit: 9 })).map(({ data }) => data['n'])).toEqual([1, 0]);
      expect((await store.events.list({ before: written[2]!.id, limit: 9 })).map(({ data }) => data['n'])).toEqual([1, 0]);
      expect((await store.events.after(written[5]!.id, 2)).map(({ data }) => data['n'])).toEqual([6, 7]);
      await store.events.append([event(9, { kind: 'config', severity: 'critical', actor: 'alice' })]);
      expect(await store.events.list({ kind: 'config', limit: 9 })).toMatchObject([{ actor: 'alice', at: t0 + 9 }]);
      expect(await store.events.list({ severity: 'critical', limit: 9 })).toMatchObject([{ at: t0 + 9 }]);
    });

    it('go by age and by count', async () => {
      expect(await store.retention.prune('event', { before: t0 + 3, limit: 100 })).toBe(3);
      expect([await store.retention.pruneEvents(4, 2), await store.retention.pruneEvents(4, 2)]).toEqual([2, 1]);
      expect((await store.events.list({ limit: 99 })).map(({ data }) => data['n'])).toEqual([9, 8, 7, 6]);
      expect(await store.retention.pruneEvents(4, 2)).toBe(0);
    });
  });

  describe(`${name}: events of several servers`, () => {
    fresh();

    it('are written by the one that holds the lock, those of a configuration by whoever is first', async () => {
      const shared = event(50, { object: { kind: 'instance', id: 'shared', name: 'shared' } });
      const config = (n: number) => event(n, { kind: 'config', sentence: `version ${n}` });
      const count = async () => (await store.events.list({ limit: 100, object: shared.object.id })).length;
      const turn = (owner: string, term = 1) => ({ name: 'events', owner, term });
      expect(await store.events.appendShared([shared], turn('a'))).toBe(false);
      expect((await store.locks.take('events', 'a', 60_000)).held).toBe(true);
      expect(await store.events.appendShared([shared, config(77)], turn('b'))).toBe(false);
      expect(await count()).toBe(0);
      expect(await store.events.appendShared([shared, config(77), config(78)], turn('a'))).toBe(true);
      expect(await count()).toBe(1);
      expect((await store.events.list({ kind: 'config', limit: 9 })).filter(({ sentence }) => sentence.startsWith('version '))).toHaveLength(2);
      await Promise.all(['a', 'b', 'c', 'd'].map((owner) => store.events.appendShared([config(79)], turn(owner))));
      expect((await store.events.list({ kind: 'config', limit: 9 })).filter(({ sentence }) => sentence === 'version 79')).toHaveLength(1);
      await store.locks.release('events', 'a');
      expect(await store.events.appendShared([shared], turn('a'))).toBe(false);
      // What was begun under an earlier holding comes too late, also where the same server holds it again: another one may have written it meanwhile.
      expect(await store.locks.take('events', 'a', 60_000)).toMatchObject({ held: true, term: 2 });
      expect(await store.events.appendShared([shared], turn('a', 1))).toBe(false);
      expect(await count()).toBe(1);
      expect(await store.events.appendShared([shared], turn('a', 2))).toBe(true);
    });
  });

  describe(`${name}: users`, () => {
    fresh();

    it('come first once', async () => {
      const tries = await Promise.all(['a', 'b', 'c', 'd'].map((first) => store.users.createFirst(user(first))));
      expect(tries.toSorted()).toEqual(['created', 'not first', 'not first', 'not first']);
      expect(await store.users.count()).toBe(1);
    });

    it('never lose their last enabled admin', async () => {
      const first = (await store.users.list())[0]!.name;
      expect(await store.users.remove(first)).toBe('last admin');
      expect(await store.users.update(first, { role: 'operator' })).toBe('last admin');
      expect(await store.users.update(first, { disabled: true })).toBe('last admin');
      expect(await store.users.get(first)).toEqual(user(first));
      expect(await store.users.create(user('eve'))).toBe('created');
      expect(await store.users.create(user('eve'))).toBe('exists');
      const both = await Promise.all([store.users.update(first, { role: 'viewer' }), store.users.update('eve', { disabled: true })]);
      expect(both.toSorted()).toEqual(['last admin', 'updated']);
    });

    it('take patches, and take their sessions and tokens with them', async () => {
      await store.users.create(user('bob', 'operator'));
      expect(await store.users.update('bob', { lastLoginAt: t0 + 5, passwordHash: 'new' })).toBe('updated');
      expect(await store.users.get('bob')).toEqual(user('bob', 'operator', { lastLoginAt: t0 + 5, passwordHash: 'new' }));
      await store.sessions.create({ id: 's', hash: 'h', userName: 'bob', createdAt: t0, lastSeenAt: t0, expiresAt: t0 + 9, address: null, agent: 'curl' });
      await store.tokens.create({ id: 't', hash: 'h', name: 'ci', role: 'viewer', userName: 'bob', createdAt: t0, expiresAt: null, lastUsedAt: null });
      expect(await store.users.remove('bob')).toBe('removed');
      expect([await store.sessions.byHash('h'), await store.tokens.get('t'), await store.users.get('bob')]).toEqual([null, null, null]);
      expect(await store.users.remove('bob')).toBe('missing');
      expect(await store.users.update('bob', { role: 'viewer' })).toBe('missing');
    });
  });

  describe(`${name}: sessions and tokens`, () => {
    fresh();
    beforeAll(() => store.users.create(user('ann')));
    const session = (n: number) => ({ id: `s${n}`, hash: `h${n}`, userName: 'ann', createdAt: t0 + n, lastSeenAt: t0 + n, expiresAt: t0 + n + 100, address: '::1', agent: null });
    const token = (n: number) => ({ id: `t${n}`, hash: `h${n}`, name: `token ${n}`, role: 'viewer' as const, userName: 'ann', createdAt: t0 + n, expiresAt: t0 + n + 100, lastUsedAt: null });

    it('sessions: by hash with their user, touched, trimmed, pruned', async () => {
      for (const n of [1, 2, 3, 4]) await store.sessions.create(session(n));
      expect(await store.sessions.byHash('h1')).toEqual({ session: session(1), user: user('ann') });
      await store.sessions.touch('s1', t0 + 50);
      expect((await store.sessions.byHash('h1'))!.session.lastSeenAt).toBe(t0 + 50);
      expect((await store.sessions.list(t0 + 102)).map(({ id }) => id)).toEqual(['s4', 's3']);
      expect(await store.sessions.trim('ann', 3)).toBe(1);
      expect(await store.sessions.byHash('h1')).toBeNull();
      expect(await store.sessions.prune(t0 + 102, t0)).toBe(1);
      expect(await store.sessions.prune(t0, t0 + 4)).toBe(1);
      expect([await store.sessions.remove('s4'), await store.sessions.remove('s4')]).toEqual([true, false]);
      await store.sessions.create(session(5));
      expect(await store.sessions.removeOfUser('ann')).toBe(1);
    });

    it('tokens: by id with their user, touched, listed, removed', async () => {
      for (const n of [1, 2]) await store.tokens.create(token(n));
      expect(await store.tokens.get('t1')).toEqual({ token: token(1), user: user('ann') });
      const eve = { ...user('eve'), disabled: true, lastLoginAt: t0 + 3 };
      await store.users.create(eve);
      await store.tokens.create({ ...token(9), userName: 'eve', expiresAt: null });
      expect(await store.tokens.get('t9')).toEqual({ token: { ...token(9), userName: 'eve', expiresAt: null }, user: eve });
      expect(await store.tokens.get('t7')).toBeNull();
      await store.tokens.touch('t1', t0 + 7);
      expect((await store.tokens.list({ userName: 'ann' })).map(({ id, lastUsedAt }) => [id, lastUsedAt])).toEqual([['t2', null], ['t1', t0 + 7]]);
      expect(await store.tokens.list({ userName: 'nobody' })).toEqual([]);
      expect(await store.tokens.prune(t0 + 101)).toBe(1);
      expect([await store.tokens.remove('t2'), await store.tokens.remove('t2')]).toEqual([true, false]);
    });

    it('login failures: all counted, however many at once; forgotten after a while', async () => {
      const { loginFailures } = store;
      const counts = await Promise.all(Array.from({ length: 20 }, () => loginFailures.count('user:x', t0, t0 - 10)));
      expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
      await loginFailures.lock('user:x', t0 + 500);
      await loginFailures.lock('user:x', t0 + 400);
      expect([...(await loginFailures.get(['user:x', 'user:y']))]).toEqual([['user:x', { count: 20, lastAt: t0, lockedUntil: t0 + 500 }]]);
      expect([...(await loginFailures.list('user:')).keys()]).toEqual(['user:x']);
      expect(await loginFailures.count('user:x', t0 + 100, t0 + 50)).toBe(1);
      await loginFailures.count('address:1', t0, 0);
      expect(await loginFailures.prune(t0 + 50)).toBe(1);
      await loginFailures.clear(['user:x']);
      expect((await loginFailures.get(['user:x', 'address:1'])).size).toBe(0);
    });

    it('meta: one taker of a value, one setter of an absent one', async () => {
      const { meta } = store;
      expect(await meta.get('k')).toBeNull();
      expect((await Promise.all([1, 2, 3].map((n) => meta.setIfAbsent('k', `v${n}`)))).filter(Boolean)).toHaveLength(1);
      await meta.set('k', 'v');
      expect(await meta.takeIf('k', 'other')).toBe(false);
      expect((await Promise.all([1, 2, 3].map(() => meta.takeIf('k', 'v')))).filter(Boolean)).toHaveLength(1);
      expect(await meta.get('k')).toBeNull();
    });

    it('issues: the first time that one was seen stays', async () => {
      const many = new Map(Array.from({ length: 1000 }, (_, n) => [`i${n}`, t0 + n]));
      await store.issuesSeen.save({ added: many, removed: [] });
      await store.issuesSeen.save({ added: new Map([['i1', t0 + 9999]]), removed: [...many.keys()].slice(2) });
      expect(await store.issuesSeen.load()).toEqual(new Map([['i0', t0], ['i1', t0 + 1]]));
      await store.issuesSeen.save({ added: new Map(), removed: [] });
    });

    it('issues: of each kind and scope the last mark stays, and only the one that was meant is taken', async () => {
      const { issueMarks } = store;
      const first = { kind: 'muted', scope: 'crashed', object: { kind: 'cluster', id: 'c', name: 'c' }, by: 'ann', at: t0, until: t0 + 9, reason: 'why' } as const;
      const second = { ...first, by: 'bob', at: t0 + 1, object: { kind: 'instance', id: 'i', name: 'b' } } as const;
      const other = { ...first, kind: 'acknowledged', at: t0 + 2, until: null, reason: null } as const;
      expect(await issueMarks.list()).toEqual([]);
      await issueMarks.put(first);
      await issueMarks.put(other);
      await issueMarks.put(second);
      expect(await issueMarks.list()).toEqual([second, other]);
      expect(await issueMarks.remove(first)).toBe(false);
      expect((await Promise.all([1, 2, 3].map(() => issueMarks.remove(second)))).filter(Boolean)).toHaveLength(1);
      expect(await issueMarks.list()).toEqual([other]);
      await issueMarks.remove(other);
    });

    it('rules: one of each name, the last one put', async () => {
      const rule = { name: 'busy', watch: 'count', kind: 'process', per: 'object', count: 0.5, minutes: 10, severity: 'warning', todo: '', enabled: true } as const;
      await store.rules.put({ rule, by: 'ann', at: t0 });
      await store.rules.put({ rule: { ...rule, name: 'absent', watch: 'absence' }, by: 'ann', at: t0 });
      await store.rules.put({ rule: { ...rule, count: 7 }, by: 'bob', at: t0 + 1 });
      expect(await store.rules.list()).toEqual([{ rule: { ...rule, name: 'absent', watch: 'absence' }, by: 'ann', at: t0 }, { rule: { ...rule, count: 7 }, by: 'bob', at: t0 + 1 }]);
      expect([await store.rules.remove('busy'), await store.rules.remove('busy')]).toEqual([true, false]);
      await store.rules.remove('absent');
    });

    it('answers a ping', () => store.ping());
  });
}

/** A migration happens whole or not at all. `urls` gives a new, empty database each time. */
export function migrationSuite(name: string, newUrl: () => string): void {
  describe(`${name}: a migration that fails`, () => {
    let root: string;
    beforeAll(() => {
      root = mkdtempSync(join(tmpdir(), 'coterie-migrations-'));
      cpSync(join(packageRoot(), 'prisma'), join(root, 'prisma'), { recursive: true });
      for (const folder of ['prisma/migrations', 'prisma/postgres/migrations']) cpSync(join(root, folder, '20261121054900_guards'), join(root, folder, '20990101000000_broken'), { recursive: true });
    });
    afterAll(() => rmSync(root, { recursive: true, force: true }));
    const write = (sql: string) => {
      for (const folder of ['prisma/migrations', 'prisma/postgres/migrations']) writeFileSync(join(root, folder, '20990101000000_broken/migration.sql'), sql);
    };

    it('changes nothing, says why, and can be tried again', async () => {
      const url = newUrl();
      expect(await migrate(url)).toHaveLength(await migrationCount());
      write('CREATE TABLE "Extra" ("a" INTEGER);\nCREATE TABLE "Meta" ("a" INTEGER);\n');
      await expect(migrate(url, root)).rejects.toThrow(/nothing in it has changed.*"?Meta"? already exists/s);
      expect(await migrate(url)).toEqual([]);
      write('CREATE TABLE "Extra" ("a" INTEGER);\n');
      expect(await migrate(url, root)).toEqual(['20990101000000_broken']);
    });

    it('on an empty database leaves it empty', async () => {
      const url = newUrl();
      write('CREATE TABLE "Meta" ("a" INTEGER);\n');
      await expect(migrate(url, root)).rejects.toThrow('already exists');
      expect(await migrate(url)).toHaveLength(await migrationCount());
    });

    it('is not started twice by two that start at once', async () => {
      const url = newUrl();
      const applied = await Promise.all([migrate(url), migrate(url)]);
      expect(applied.map((names) => names.length).toSorted()).toEqual([0, await migrationCount()]);
    });
  });
}
