import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lastRowIn } from '~/agent/data/last-row.ts';
import { Databases, schema, type Database } from '../support/database.ts';

/** How far an instance that was killed had written its log, against what it says itself once it is back. */

const databases = new Databases();
let database: Database;

beforeAll(async () => {
  database = await databases.add('one');
  await lead();
  await database.lua(schema);
  await database.lua("box.schema.space.create('only_here', {is_local = true}):create_index('p')");
});
afterAll(() => databases.remove());

let epoch = 0;
const lead = () => database.promote((epoch += 1), 'forever');
const logs = () => readdirSync(database.data).filter((name) => name.endsWith('.xlog')).toSorted();
const newest = () => join(database.data, logs().at(-1)!);
const nothing = { origin: 1, lsn: 0, at: 0 };

const kill = () => database.stop();

async function lsn(): Promise<number> {
  return Number((await database.lua('return tonumber(box.info.lsn)'))[0]);
}

async function back(): Promise<number> {
  await database.start('recover', databases.replicaset);
  const written = await lsn();
  await lead();
  return written;
}

/** Its log, read when it is dead and when it is back. */
async function endsWith(written: number): Promise<void> {
  await kill();
  expect(lastRowIn(database.data, nothing)).toBe(written);
  expect(await back()).toBe(written);
}

it('the last of a few rows', async () => {
  await database.lua("for i = 1, 5 do box.space.t:replace{i, 'x'} end");
  const written = await lsn();
  await endsWith(written);
});

it('the last of many writers, in compressed blocks', async () => {
  await database.lua("local done, f = 0, require('fiber') for i = 1, 3000 do f.create(function() box.space.t:replace{i, ('abc'):rep(50)} done = done + 1 end) end while done < 3000 do f.sleep(0.001) end");
  const written = await lsn();
  await kill();
  expect(readFileSync(newest()).includes(Buffer.from('d5ba0bba', 'hex'))).toBe(true);
  expect(lastRowIn(database.data, nothing)).toBe(written);
  expect(await back()).toBe(written);
});

it('beneath rows that are never replicated, and what is known where nothing came since', async () => {
  await database.lua("box.space.t:replace{1, 'y'}");
  const written = await lsn();
  await database.lua("for i = 1, 500 do box.space.only_here:replace{i, ('z'):rep(200)} end");
  await kill();
  expect(lastRowIn(database.data, nothing)).toBe(written);
  expect(lastRowIn(database.data, { origin: 1, lsn: written, at: Date.now() })).toBe(written);
  await back();
  await database.lua("for i = 1, 8000 do box.space.only_here:replace{i, ('z'):rep(200)} end");
  await kill();
  expect(lastRowIn(database.data, nothing), 'too far back').toBeNull();
  expect(lastRowIn(database.data, { origin: 1, lsn: written, at: Date.now() })).toBe(written);
  expect(await back()).toBe(written);
});

it('rows without a body', async () => {
  await database.lua("box.space.t:replace{1, 'y'}");
  // Its last row is local, so one that says nothing ends it; then what a trigger left as it was.
  await database.lua("box.begin() box.space.t:replace{10, 'y'} box.space.only_here:replace{1, 'y'} box.commit()");
  const first = await lsn();
  await endsWith(first);
  await database.lua("keep = function(old) return old end box.space.t:before_replace(keep) box.begin() box.space.t:replace{10, 'z'} box.space.t:before_replace(nil, keep) box.space.t:replace{11, 'z'} box.commit()");
  const second = await lsn();
  await endsWith(second);
});

it('what a log that has no row yet begins with', async () => {
  await database.lua("box.space.t:replace{2, 'y'} box.snapshot()");
  const written = await lsn();
  await endsWith(written);
});

it('the last whole block of a log that is cut off or followed by rubbish, as Tarantool reads it', async () => {
  await database.lua("box.space.t:replace{3, 'y'}");
  const whole = await lsn();
  await database.lua("box.space.t:replace{4, ('y'):rep(500)}");
  await kill();
  const bytes = readFileSync(newest());
  truncateSync(newest(), bytes.length - 100);
  expect(lastRowIn(database.data, nothing)).toBe(whole);
  writeFileSync(newest(), Buffer.concat([bytes, Buffer.from('d5ba0bab', 'hex'), Buffer.alloc(40, 0xce)]));
  expect(lastRowIn(database.data, nothing)).toBe(whole + 1);
  writeFileSync(newest(), bytes);
  expect(await back()).toBe(whole + 1);
});

it('nothing where there is nothing to read', () => {
  expect(lastRowIn(join(database.data, 'nowhere'), nothing)).toBeNull();
  expect(lastRowIn(databases.folder, nothing)).toBeNull();
});
