import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '~/server/runtime/journal.ts';
import { openStore, type Store } from '~/server/store/index.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { event } from '~/tests/unit/store/values.ts';

let folder: string;
let store: Store;
let journals: Watcher[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coterie-journal-'));
  store = await openStore(`file:${join(folder, 'x.db')}`);
  journals = [];
});
afterEach(async () => {
  for (const { dead, journal } of journals) if (!dead) await journal.end();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const ttlMs = 300;

/** One server's journal on the shared database, that can be killed: nothing of it reaches the database any more. */
class Watcher {
  dead = false;
  readonly journal: Journal;
  readonly errors: unknown[] = [];

  constructor(readonly name: string) {
    const cut = <T extends object>(part: T): T => new Proxy(part, { get: (target, key) => (...args: unknown[]) => (this.dead ? Promise.reject(new Error('dead')) : (Reflect.get(target, key) as (...args: unknown[]) => unknown)(...args)) });
    const seen: Pick<Store, 'events' | 'issuesSeen' | 'locks'> = { events: cut(store.events), issuesSeen: cut(store.issuesSeen), locks: cut(store.locks) };
    this.journal = new Journal({ store: seen, now: () => Date.now(), onError: (error) => void this.errors.push(error) }, { writer: name, ttlMs });
    this.journal.start();
  }
}

function watch(name: string): Watcher {
  const watcher = new Watcher(name);
  journals.push(watcher);
  return watcher;
}

/** As each server sees it: at its own time, in its own words. */
const happening = (n: number, by: string, kind: 'process' | 'config' = 'process') =>
  event(n, kind === 'config' ? { kind, at: Date.now(), sentence: `version ${n}`, data: { version: n } } : { kind, at: Date.now(), object: { kind: 'instance', id: `i${n % 3}`, name: 'i' }, sentence: `${n} as ${by} saw it`, data: { before: by, after: `state ${n % 5}`, n } });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const told = async () => (await store.events.list({ limit: 1000 })).map(({ kind, data }) => `${kind} ${kind === 'config' ? data['version'] : data['n']}`).toSorted();
const writers = () => journals.filter(({ dead, journal }) => !dead && journal.writes);
const oneWriter = () => waitFor(() => writers().length === 1 && writers()[0], { timeoutMs: 10_000, what: 'one writer' });

describe('several servers on one database', () => {
  it('tell each event once, whichever of them is killed and when', async () => {
    for (const name of ['a', 'b', 'c', 'd']) watch(name);
    await oneWriter();
    const expected: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      if (n === 20 || n === 40) {
        const writer = await oneWriter();
        // Killed with it on its way into the database, and killed before.
        writer.dead = n === 40;
        writer.journal.events([happening(n, writer.name)]);
        writer.dead = true;
      }
      expected.push(`process ${n}`);
      await Promise.all(journals.filter(({ dead }) => !dead).map(async ({ journal, name }) => {
        await pause(((n * 7 + name.charCodeAt(0) * 13) % 5) * 8);
        journal.events([happening(n, name)]);
      }));
    }
    await waitFor(async () => (await told()).length >= expected.length, { timeoutMs: 10_000, what: 'all events' }).catch(() => {});
    expect(await told()).toEqual(expected.toSorted());
    expect(writers()).toHaveLength(1);
  });

  it('do not wait for one that was stopped, or that the database has shut out', async () => {
    const a = watch('a');
    await oneWriter();
    const b = watch('b');
    for (const { journal, name } of journals) journal.events([happening(1, name)]);
    await waitFor(async () => (await told()).length === 1, { timeoutMs: 5000, what: 'the first' });
    await a.journal.end();
    a.dead = true;
    await waitFor(() => b.journal.writes, { timeoutMs: 5000, what: 'b to write' });
    // Paused for longer than its turn lasts, while another one took it.
    const c = watch('c');
    await store.locks.release('events', 'b');
    expect((await store.locks.take('events', 'somebody', 400)).held).toBe(true);
    for (const { journal, name } of [b, c]) journal.events([happening(2, name)]);
    expect(await told()).toEqual(['process 1']);
    await waitFor(async () => (await told()).length === 2, { timeoutMs: 10_000, what: 'the second' });
    await oneWriter();
    expect(await told()).toEqual(['process 1', 'process 2']);
  });

  it('tell of a new configuration at once, whoever saw it, and once', async () => {
    for (const name of ['a', 'b', 'c']) watch(name);
    const writer = await oneWriter();
    const other = journals.find((one) => one !== writer)!;
    // Made through a server that does not write, and gone before the writer looked.
    other.journal.events([happening(5, 'x', 'config')]);
    other.journal.events([happening(6, 'x', 'config')]);
    for (const { journal } of journals) journal.events([happening(7, 'x', 'config')]);
    await waitFor(async () => (await told()).length >= 3, { timeoutMs: 5000, what: 'all three' });
    for (const { journal } of journals) await journal.end();
    expect(await told()).toEqual(['config 5', 'config 6', 'config 7']);
    journals = [];
  });

  it('write the ages of issues by one of them', async () => {
    for (const name of ['a', 'b']) watch(name);
    const writer = await oneWriter();
    for (const one of journals) one.journal.issues(new Map([[`by ${one === writer ? 'the writer' : 'another'}`, Date.now() - 60_000]]));
    await waitFor(async () => (await store.issuesSeen.load()).size > 0, { timeoutMs: 5000, what: 'the issue' });
    for (const { journal } of journals) await journal.end();
    expect([...(await store.issuesSeen.load()).keys()]).toEqual(['by the writer']);
    journals = [];
  });
});

it('one server that cannot reach its database writes later what it could not write', async () => {
  let broken = true;
  const errors: unknown[] = [];
  const events: Store['events'] = { ...store.events, append: (drafts) => (broken ? Promise.reject(new Error('gone')) : store.events.append(drafts)) };
  const journal = new Journal({ store: { ...store, events }, now: () => Date.now(), onError: (error) => void errors.push(error) }, { writer: null });
  journal.events([happening(1, 'a')]);
  await waitFor(() => errors.length === 1, { timeoutMs: 5000, what: 'the failure' });
  broken = false;
  journal.events([happening(2, 'a')]);
  await journal.end();
  expect(await told()).toEqual(['process 1', 'process 2']);
});
