import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agents, Driver, lua, untilReady, untilWritable, type TestAgent } from '../support/agents.ts';

/** What a person looks up in a running Tarantool: settings without secrets, and spaces with their sizes. */

const agents = new Agents();
const driver = new Driver();
let one: TestAgent;
let two: TestAgent;
const within = { timeoutMs: 8000 };
const all = { system: false, sort: 'bytes', limit: 100, offset: 0 } as const;

beforeAll(async () => {
  [one, two] = (await agents.addMany(['one', 'two'])) as [TestAgent, TestAgent];
  driver.addReplicaset('r', [one, two]);
  await driver.apply([one, two], 20_000);
  await untilWritable(one);
  await untilReady(two, 1);
}, 60_000);
afterAll(() => agents.stopAll());

describe('box.cfg', () => {
  const setting = async (name: string) => (await one.client.boxCfg({}, within)).find((row) => row.name === name);

  it('says what is set, its default and whose it is, in order', async () => {
    const settings = await one.client.boxCfg({}, within);
    expect(settings.length).toBeGreaterThan(40);
    expect(settings.map(({ name }) => name)).toEqual(settings.map(({ name }) => name).toSorted());
    expect(await setting('listen')).toEqual({ name: 'listen', value: one.listen, default: null, origin: 'coterie' });
    expect(await setting('read_only')).toMatchObject({ value: false, default: false, origin: 'coterie' });
    expect(await setting('replication_timeout')).toMatchObject({ value: 0.3, default: 1, origin: 'coterie' });
    expect(await setting('readahead')).toMatchObject({ value: 16_320, default: 16_320, origin: 'default' });
  });

  it('marks what somebody else has set', async () => {
    await lua(one, 'box.cfg{readahead = 32640}');
    expect(await setting('readahead')).toMatchObject({ value: 32_640, default: 16_320, origin: 'other' });
    await lua(one, 'box.cfg{replication_timeout = 0.7}');
    expect(await setting('replication_timeout')).toMatchObject({ value: 0.7, origin: 'other' });
    await lua(one, 'box.cfg{replication_timeout = 0.3}');
  });

  it('never tells a password', async () => {
    const [source] = (await setting('replication'))!.value as string[];
    expect(source).toBe(`coterie_replication:***@${two.listen}`);
    expect((await lua(one, 'return type(box.cfg.replication[1]:match(":(.*)@"))'))[0]).toBe('string');
    await lua(one, "box.cfg{feedback_host = 'http://somebody:hunter2@127.0.0.1:1'}");
    expect(JSON.stringify(await one.client.boxCfg({}, within))).not.toContain('hunter2');
  });
});

describe('spaces', () => {
  beforeAll(async () => {
    await lua(one, "local s = box.schema.space.create('orders') s:create_index('pk') s:create_index('by_name', {unique = false, parts = {{2, 'string'}}}) for i = 1, 500 do s:insert{i, ('x'):rep(100)} end");
    await lua(one, "local s = box.schema.space.create('cold', {engine = 'vinyl'}) s:create_index('pk') for i = 1, 50 do s:insert{i, ('x'):rep(100)} end box.snapshot()");
    await lua(one, "box.schema.space.create('bare')");
  });

  it('says how big they are, biggest first', async () => {
    const { spaces, of, complete, vinyl } = await one.client.spaces(all, within);
    expect(spaces.map(({ name }) => name)).toEqual(['orders', 'cold', ...spaces.slice(2).map(({ name }) => name)]);
    expect({ of, complete }).toEqual({ of: spaces.length, complete: true });
    expect(spaces[0]).toMatchObject({ engine: 'memtx', system: false, rows: 500, diskBytes: null });
    expect(spaces[0]!.bytes).toBeGreaterThan(50_000);
    expect(spaces[0]!.indexes).toMatchObject([{ name: 'pk', unique: true, parts: ['1 unsigned'] }, { name: 'by_name', unique: false, parts: ['2 string'] }]);
    expect(spaces[1]).toMatchObject({ engine: 'vinyl', rows: 50 });
    expect(spaces[1]!.diskBytes).toBeGreaterThan(0);
    expect(spaces.find(({ name }) => name === '_coterie_barrier')).toMatchObject({ localOnly: true });
    expect(spaces.find(({ name }) => name === 'bare')).toMatchObject({ rows: 0, indexes: [] });
    expect(vinyl!.dataBytes).toBeGreaterThan(0);
  });

  it('searches, pages and sorts, and shows system spaces on demand', async () => {
    expect((await one.client.spaces({ ...all, search: 'RDER' }, within)).spaces.map(({ name }) => name)).toEqual(['orders']);
    const names = (await one.client.spaces({ ...all, sort: 'name' }, within)).spaces.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    expect((await one.client.spaces({ ...all, sort: 'name', limit: 1, offset: 1 }, within)).spaces.map(({ name }) => name)).toEqual([names[1]]);
    expect((await one.client.spaces({ ...all, sort: 'rows', limit: 1 }, within)).spaces[0]!.name).toBe('orders');
    expect((await one.client.spaces({ ...all, system: true, search: '_schema' }, within)).spaces).toMatchObject([{ name: '_schema', system: true }]);
  });

  it('answers in time with many of them', async () => {
    await lua(one, "for i = 1, 1500 do box.schema.space.create('many' .. i):create_index('pk') end");
    const { spaces, of, complete } = await one.client.spaces({ ...all, limit: 1000 }, within);
    expect(spaces.length).toBe(1000);
    expect(of).toBeGreaterThan(1500);
    expect(complete).toBe(true);
  }, 90_000);
});

it('says that there is nothing to look at where no database runs', async () => {
  const idle = await agents.add('idle');
  await expect(idle.client.boxCfg({}, within)).rejects.toThrow('has no database that runs');
  await expect(idle.client.spaces(all, within)).rejects.toThrow('has no database that runs');
});
