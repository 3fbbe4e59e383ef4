import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Mark } from '~/core/issues/marks.ts';
import { Marks } from '~/server/runtime/marks.ts';
import { openStore, type Store } from '~/server/store/index.ts';

/** Two servers on one database. */

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coterie-marks-'));
  store = await openStore(`file:${join(folder, 'x.db')}`);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const hour = 3_600_000;
const mute = (scope: string, at: number): Mark => ({ kind: 'muted', scope, object: { kind: 'cluster', id: 'c', name: 'c' }, by: 'ann', at, until: at + hour, reason: 'why' });
const seen = new Map<string, number>();

test('one sees what the other has marked and taken back, and is told once', async () => {
  const [mine, other] = [new Marks(store), new Marks(store)];
  let told = 0;
  other.onChange(() => (told += 1));
  await mine.put(mute('crashed', 1000), { now: 1000, seen });
  expect([mine.all, other.all]).toEqual([[mute('crashed', 1000)], []]);
  await other.refresh();
  await other.refresh();
  expect([other.all, told]).toEqual([mine.all, 1]);
  await other.put(mute('crashed', 2000), { now: 2000, seen });
  // What it knows is not there any more: nothing else is taken in its place.
  expect(await mine.remove(mute('crashed', 1000))).toBe(false);
  expect(mine.all).toEqual([mute('crashed', 2000)]);
  expect(await mine.remove(mute('crashed', 2000))).toBe(true);
  expect(mine.all).toEqual([]);
});

test('what is long over goes when the next is made', async () => {
  const marks = new Marks(store);
  await marks.put(mute('old', 0), { now: 0, seen });
  await marks.put(mute('young', 2 * hour - 1), { now: 2 * hour - 1, seen });
  expect(marks.all.map(({ scope }) => scope)).toEqual(['old', 'young']);
  await marks.put(mute('new', 2 * hour), { now: 2 * hour, seen });
  expect((await store.issueMarks.list()).map(({ scope }) => scope)).toEqual(['young', 'new']);
});
