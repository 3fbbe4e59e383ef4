import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplayOutcome } from '~/contract/shapes/failover-view.ts';
import { LostFound } from '~/agent/failover/lost-found.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { StoredRow } from '~/link/protocol.ts';
import { Databases, type Database } from '../support/database.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { waitFor } from '../support/wait.ts';

const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };

const spaces = `
  box.schema.user.create('app', {password = 'secret'})
  box.schema.user.grant('app', 'read,write,execute', 'universe')
  for name, options in pairs({t = {id = 700}, other = {id = 701}, v = {id = 710, engine = 'vinyl'}, gone = {id = 720}}) do
    box.schema.space.create(name, options):create_index('p')
  end
  box.space.t:create_index('second', {parts = {{2, 'string', is_nullable = true}}, unique = true})
  box.schema.space.create('typed', {id = 730, format = {{'id', 'uuid'}, {'sum', 'decimal'}, {'ratio', 'double'}, {'big', 'unsigned'}, {'any', 'any', is_nullable = true}}}):create_index('p', {parts = {'id', 'ratio'}})
  box.execute([[CREATE TABLE bytes (id VARBINARY PRIMARY KEY, b SCALAR)]])
  box.schema.space.create('path', {id = 740, format = {{'doc', 'map'}}}):create_index('p', {parts = {{'doc', 'unsigned', path = 'a.b'}}})`;

/** What only the old one writes. */
const lost = `
  local t, v, uuid, decimal, ffi = box.space.t, box.space.v, require('uuid'), require('decimal'), require('ffi')
  t:insert{1, 'one', '\\xff\\xfe', 18446744073709551615ULL, -9223372036854775807LL, 0.1, {deep = {1, box.NULL, 'x'}}, '18446744073709551615'}
  t:insert{2, 'two'} t:update(2, {{'=', 2, 'zwei'}, {'!', -1, 'end'}}) t:upsert({3, 'three', 1}, {{'+', 3, 1}}) t:upsert({3, 'three', 1}, {{'+', 3, 1}})
  t:insert{4, 'four'} t:delete(4)
  box.begin() t:insert{5, 'five'} t:insert{6, 'six'} box.commit()
  for i = 1, 40 do v:replace{i, string.rep('v', i)} end
  v:update(1, {{'=', 2, 'updated'}}) v:delete(2)
  box.space.typed:insert{uuid.fromstr('c8f0fa1f-da29-438c-a040-393f1126ad39'), decimal.new('12345678901234567890.123456789'), ffi.cast('double', 5), 18446744073709551615ULL, 5}
  box.space.typed:update({uuid.fromstr('c8f0fa1f-da29-438c-a040-393f1126ad39'), ffi.cast('double', 5)}, {{'=', 5, ffi.cast('double', 7)}})
  box.execute([[INSERT INTO bytes VALUES (X'00FF', X'FFFE00'), (X'01', 'text')]])
  box.space.path:insert{{a = {b = 7}, c = 'x'}}
  box.space.gone:insert{1}
  box.schema.space.create('new', {id = 750}):create_index('p') box.space.new:insert{1, 'in a space that only the old one has'}`;

/** All rows of the users' spaces as the bytes that they are. */
const contents = `
  local result, msgpack, digest = {}, require('msgpack'), require('digest')
  for _, name in ipairs({'t', 'other', 'v', 'typed', 'BYTES', 'path'}) do
    for _, row in box.space[name]:pairs() do table.insert(result, name .. ' ' .. digest.base64_encode(msgpack.encode(row), {nowrap = true})) end
  end
  return result`;

type Answer = { outcomes: Pick<ReplayOutcome, 'number' | 'outcome' | 'why' | 'present' | 'wanted'>[]; unsure: string | null };

describe('lost rows on a full disk', () => {
  it('are not saved, which is an error that says so, and nothing of it stays', async () => {
    const databases = new Databases();
    const disk = await SmallDisk.mount(join(databases.folder, 'small'), { megabytes: 2 });
    try {
      const old = await databases.add('old');
      await old.promote(1, 600);
      await old.lua("box.schema.space.create('t'):create_index('p') for i = 1, 400 do box.space.t:replace{i, string.rep('x', 10000)} end");
      await old.stop('SIGKILL');
      const folder = join(disk.path, 'lost-found');
      const options = { folder, tarantool: 'tarantool', script: resolve('lua/lost-rows.lua'), freeBytesMin: 0 };
      const request = { folder: old.data, replicaset: databases.replicaset, epoch: 2, common: null, vclock: null, why: 'test' };
      await expect(new LostFound({ log, now: Date.now }, options).save(request)).rejects.toMatchObject({ code: 'LIMITED', message: expect.stringContaining('do not fit') as string });
      // Somebody else takes the room while it is written.
      const racing = new LostFound({ log, now: Date.now }, { ...options, freeBytesMin: -(1024 ** 3) });
      await expect(racing.save(request)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('no space') as string });
      expect(readdirSync(folder)).toEqual([]);
      expect(racing.count).toBe(0);
    } finally {
      disk.unmount();
      await databases.remove();
    }
  });
});

describe('lost rows that are written again', () => {
  const databases = new Databases();
  let old: Database;
  let next: Database;
  let rows: StoredRow[];
  let expected: string[];

  const replay = async (chosen: StoredRow[], { dryRun = false, conflict = 'skip', size = 500, into = next }: { dryRun?: boolean; conflict?: 'skip' | 'overwrite'; size?: number; into?: Database } = {}) => {
    const session = randomUUID();
    const outcomes: Answer['outcomes'] = [];
    for (let from = 0; from < chosen.length; from += size) {
      const answer = await into.call<Answer>('replay', { session, first: from === 0, last: from + size >= chosen.length, dryRun, conflict, rows: chosen.slice(from, from + size), timeout: 5 });
      expect(answer.unsure).toBeNull();
      outcomes.push(...answer.outcomes);
    }
    return outcomes;
  };
  const of = (space: string) => rows.filter((row) => row.space === space);
  const made = (outcomes: Answer['outcomes']) => outcomes.map(({ outcome }) => outcome);

  beforeAll(async () => {
    old = await databases.add('old');
    await old.promote(1, 600);
    await old.lua(spaces);
    next = await databases.add('next', [old]);
    await waitFor(async () => (await next.lua("return box.space.path ~= nil and box.space.path.index[0] ~= nil and box.space.BYTES ~= nil"))[0], { timeoutMs: 20_000, what: 'the spaces on the other' });
    await next.call('configure', { listen: next.listen, peers: [], password: 'replication' });
    const common = (await next.lua<[Record<string, number>]>('return box.info.vclock'))[0];
    await old.lua(lost);
    // As clients of other languages send it: fields count from 0 where nothing else is said.
    const client = await old.connect();
    await client.insert(701, [1, 'a', 'b']);
    await client.update(701, [1], [['=', 1, 'second'], ['=', -1, 'last']]);
    await client.upsert(701, [1, 'x', 'x'], [['!', 1, 'inserted']]);
    expected = (await old.lua<[string[]]>(contents))[0];
    const vclock = (await old.lua<[Record<string, number>]>('return box.info.vclock'))[0];
    await old.stop('SIGKILL');
    const found = new LostFound({ log, now: Date.now }, { folder: join(databases.folder, 'lost-found'), tarantool: 'tarantool', script: resolve('lua/lost-rows.lua') });
    const plain = (clock: Record<string, number> | number[]) => (Array.isArray(clock) ? Object.fromEntries(clock.map((lsn: number, i) => [String(i + 1), lsn])) : clock);
    const file = await found.save({ folder: old.data, replicaset: databases.replicaset, epoch: 2, common: plain(common), vclock: plain(vclock), why: 'test' });
    expect(file).toMatchObject({ complete: true, note: null });
    rows = (await found.read(file!.name, { offset: 0, limit: 1000 })).rows;
    expect(rows).toHaveLength(file!.rows);
    await next.promote(2, 600);
    await next.lua('box.space.gone:drop()');
  });
  afterAll(() => databases.remove());

  it('are tried first, over several batches, and nothing is written', async () => {
    const before = (await next.lua(contents))[0];
    const lsn = (await next.lua('return box.info.lsn'))[0];
    for (const size of [500, 7]) {
      const outcomes = await replay(rows, { dryRun: true, size });
      expect(outcomes.map(({ number }) => number)).toEqual(rows.map(({ number }) => number));
      const refused = outcomes.filter(({ outcome }) => outcome !== 'applied');
      expect(refused.map(({ number, outcome, why }) => [rows[number - 1]!.space, outcome, why])).toEqual([
        ['gone', 'refused', 'there is no space gone'],
        ...rows.filter(({ spaceId }) => (spaceId ?? 0) < 512).map(({ space }) => [space, 'refused', 'it is a row of the schema: what it changes has to be changed by hand']),
        ['new', 'refused', 'there is no space new'],
      ]);
    }
    expect((await next.lua(contents))[0]).toEqual(before);
    expect((await next.lua('return box.info.lsn'))[0]).toBe(lsn);
  });

  it('are written exactly: bytes, 64-bit integers, decimals, doubles and keys of all of them, memtx and vinyl', async () => {
    const outcomes = await replay(rows.filter(({ spaceId }) => (spaceId ?? 0) > 511), { size: 9 });
    expect(new Set(made(outcomes))).toEqual(new Set(['applied', 'refused']));
    expect((await next.lua(contents))[0]).toEqual(expected);
    // Done once more nothing changes: what was updated is as the last row left it.
    const again = await replay(of('BYTES'));
    expect(new Set(made(again))).toEqual(new Set(['same']));
    expect((await next.lua(contents))[0]).toEqual(expected);
  });

  it('are a conflict where another row is, which stays or goes as was asked, and both are shown', async () => {
    await next.lua("box.space.t:replace{1, 'newer'}");
    const [row] = of('t') as [StoredRow];
    for (const dryRun of [true, false]) {
      const [outcome] = await replay([row], { dryRun });
      expect(outcome).toMatchObject({ outcome: 'conflict', present: [1, 'newer'] });
      expect((outcome!.wanted as unknown[]).slice(0, 4)).toEqual([1, 'one', { $binary: '//4=' }, '18446744073709551615']);
    }
    expect((await next.lua('return box.space.t:get(1)'))[0]).toEqual([1, 'newer']);
    expect(made(await replay([row], { conflict: 'overwrite', dryRun: true }))).toEqual(['overwritten']);
    expect((await next.lua('return box.space.t:get(1)'))[0]).toEqual([1, 'newer']);
    expect(made(await replay([row], { conflict: 'overwrite' }))).toEqual(['overwritten']);
    expect((await next.lua(contents))[0]).toEqual(expected);
  });

  it('of a deletion or an update are a conflict too, as nobody knows what they were meant for', async () => {
    await next.lua("box.space.t:replace{4, 'made anew'} box.space.t:replace{2, 'other'}");
    const [deletion] = of('t').filter(({ operation }) => operation === 'DELETE') as [StoredRow];
    const [update] = of('t').filter(({ operation }) => operation === 'UPDATE') as [StoredRow];
    const skipped = await replay([update, deletion]);
    expect(skipped.map(({ outcome, present, wanted }) => [outcome, present, wanted])).toEqual([['conflict', [2, 'other'], [2, 'zwei', 'end']], ['conflict', [4, 'made anew'], null]]);
    expect(made(await replay([update, deletion], { conflict: 'overwrite' }))).toEqual(['overwritten', 'overwritten']);
    expect((await next.lua(contents))[0]).toEqual(expected);
    await next.lua('box.space.t:delete(2)');
    expect(await replay([update])).toMatchObject([{ outcome: 'refused', why: 'the row that it changes is not there' }]);
    expect(made(await replay(of('t').filter(({ key }) => (key as number[])[0] === 2)))).toEqual(['applied', 'applied']);
    expect((await next.lua(contents))[0]).toEqual(expected);
  });

  it('of one transaction are all written, or none', async () => {
    await next.lua("box.space.t:delete(5) box.space.t:replace{6, 'in the way'}");
    const both = of('t').filter(({ transaction }) => transaction !== null);
    expect(both).toHaveLength(2);
    expect(made(await replay(both))).toEqual(['withheld', 'conflict']);
    expect((await next.lua('return box.space.t:get(5)'))[0] ?? null).toBeNull();
    expect(made(await replay(both, { conflict: 'overwrite' }))).toEqual(['applied', 'overwritten']);
    await next.lua("box.space.t:delete(5) box.space.t:delete(6) box.space.t:replace{50, 'six'}");
    const hindered = await replay(both);
    expect(made(hindered)).toEqual(['withheld', 'refused']);
    expect(hindered[1]!.why).toContain("index 'second'");
    await next.lua('box.space.t:delete(50)');
    expect(made(await replay(both))).toEqual(['applied', 'applied']);
    expect((await next.lua(contents))[0]).toEqual(expected);
  });

  it('are refused by an instance that may not write now, or does not know the replay', async () => {
    await next.call('freeze', { epoch: 2 });
    await expect(replay(of('path'))).rejects.toThrow(/REFUSED .*not the master/);
    await next.call('unfreeze', { epoch: 2 });
    // One that ends by that keeps no other one waiting.
    await next.call('replay', { session: 'broken off', first: true, last: false, dryRun: true, conflict: 'skip', rows: of('path'), timeout: 1 });
    await next.call('freeze', { epoch: 2 });
    await expect(next.call('replay', { session: 'broken off', first: false, last: true, dryRun: true, conflict: 'skip', rows: of('path'), timeout: 1 })).rejects.toThrow(/REFUSED .*not the master/);
    await next.call('unfreeze', { epoch: 2 });
    await next.call('replay', { session: 'anew', first: true, last: true, dryRun: true, conflict: 'skip', rows: of('path'), timeout: 1 });
    await expect(next.call('replay', { session: 'unknown', first: false, last: true, dryRun: false, conflict: 'skip', rows: [], timeout: 1 })).rejects.toThrow(/this replay is not known here/);
  });

  it('keep to one replay at a time', async () => {
    const batch = { last: false, dryRun: true, conflict: 'skip', rows: of('path'), timeout: 1 };
    await next.call('replay', { ...batch, session: 'one', first: true });
    await expect(next.call('replay', { ...batch, session: 'two', first: true })).rejects.toThrow(/another replay goes on here, or was broken off; in that case a new one may begin in (60|5\d) s/);
    await next.call('replay', { ...batch, session: 'one', first: false, last: true });
    await next.call('replay', { ...batch, session: 'two', first: true, last: true });
  });

  it('wait for the copies that writes have to have, and say when that is not known', async () => {
    await next.call('demote', { epoch: 3, leased: true });
    await next.promote(3, 600, { acks: [{ voters: [next.uuid, old.uuid], copies: 2 }] });
    await next.lua('box.space.path:delete(7)');
    const answer = await next.call<Answer>('replay', { session: 'q', first: true, last: false, dryRun: false, conflict: 'skip', rows: of('path'), timeout: 0.2 });
    expect(made(answer.outcomes)).toEqual(['applied']);
    expect(answer.unsure).toContain('OUTCOME_UNKNOWN');
    // Its sender stops there, and begins anew.
    await next.call('replay', { session: 'r', first: true, last: true, dryRun: true, conflict: 'skip', rows: [], timeout: 0.2 });
  });
});
