import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Value, Writable } from '~/iproto/index.ts';
import { bucketsCount, Sharded } from '~/tests/support/routed.ts';
import { RouterProcess } from '~/tests/support/router-process.ts';

/** crud.* through the router, over two replicasets of real Tarantools. */
let cluster: Sharded;
let router: RouterProcess;
let client: Connection;

beforeAll(async () => {
  cluster = await Sharded.start([1, 1]);
  router = await RouterProcess.start(cluster.topology());
  await router.until(({ map }) => map.known === bucketsCount, 'a whole map');
  client = await router.connect();
});
afterAll(async () => {
  await router?.stop();
  await cluster?.remove();
});

type Result = { rows: Value[][]; metadata: Value[]; error: Map<string, Value> | Value[] | null };

async function crud(operation: string, ...args: Writable[]): Promise<Result> {
  const [result, error] = await client.call(`crud.${operation}`, args);
  const map = result as Map<string, Value> | null;
  return { rows: (map?.get('rows') ?? []) as Value[][], metadata: (map?.get('metadata') ?? []) as Value[], error: (error ?? null) as Result['error'] };
}
const ids = ({ rows, error }: Result) => (expect(error).toBeNull(), rows.map(([id]) => id!));
const messageOf = ({ error }: Result) => (error as Map<string, Value>).get('err');
const select = (conditions: Writable, options: Writable = {}) => crud('select', 'customers', conditions, options);

describe('one row', () => {
  it('is put in its bucket, found, changed and deleted', async () => {
    const inserted = await crud('insert', 'customers', [1, null, 'Ann', 30]);
    const [bucket] = await client.call('vshard.router.bucket_id_strcrc32', [1]);
    expect([inserted.rows, inserted.error]).toEqual([[[1, bucket, 'Ann', 30]], null]);
    expect(inserted.metadata.map((field) => (field as Map<string, Value>).get('name'))).toEqual(['id', 'bucket_id', 'name', 'age']);
    expect((await crud('get', 'customers', 1)).rows).toEqual([[1, bucket, 'Ann', 30]]);
    expect((await crud('update', 'customers', 1, [['+', 'age', 1]])).rows).toEqual([[1, bucket, 'Ann', 31]]);
    expect((await crud('upsert', 'customers', [1, null, 'x', 0], [['=', 'name', 'Anna']])).rows).toEqual([]);
    expect((await crud('replace_object', 'customers', { id: 1, name: 'Bob' })).rows).toEqual([[1, bucket, 'Bob', null]]);
    expect((await crud('get', 'customers', 1, { fields: ['name', 'id'] })).rows).toEqual([['Bob', 1]]);
    expect((await crud('delete', 'customers', 1)).rows).toEqual([[1, bucket, 'Bob', null]]);
    expect((await crud('get', 'customers', 1)).rows).toEqual([]);
    expect((await crud('update', 'customers', 1, [['+', 'age', 1]])).rows).toEqual([]);
  });

  it('goes to the bucket that the client says', async () => {
    expect((await crud('insert', 'customers', [2, null, 'Ann', 30], { bucket_id: 9 })).rows[0]![1]).toBe(9);
    expect((await crud('get', 'customers', 2, { bucket_id: 9 })).rows).toHaveLength(1);
    expect((await crud('get', 'customers', 2, { bucket_id: 10 })).rows).toHaveLength(0);
    expect(messageOf(await crud('insert', 'customers', [3, 4, 'Ann', 30], { bucket_id: 9 }))).toMatch(/says bucket_id 4, and the call goes to bucket 9/);
    await crud('delete', 'customers', 2, { bucket_id: 9 });
  });

  it.each([
    ['a key that is there', 'insert', ['customers', [5, null, 'x']], /Duplicate key/],
    ['a space that is none', 'get', ['nothing', 1], /Space "nothing" doesn't exist/],
    ['a space without buckets', 'get', ['plain', 1], /no field bucket_id/],
    ['a field that is none', 'get', ['customers', 1, { fields: ['what'] }], /no field 'what'/],
    ['an object with a field that is none', 'insert_object', ['customers', { id: 1, what: 1 }], /no field 'what'/],
    ['a row of the wrong type', 'insert', ['customers', [6, null, 7]], /type does not match/],
    ['no row', 'insert', ['customers'], /Usage: crud.insert/],
    ['operations that are none', 'update', ['customers', 1, 5], /operations are an array/],
  ] as [string, string, Writable[], RegExp][])('is refused: %s', async (_, operation, args, message) => {
    await crud('replace', 'customers', [5, null, 'there']);
    expect(messageOf(await crud(operation, ...args))).toMatch(message);
    await crud('delete', 'customers', 5);
  });
});

describe('rows of all shards', () => {
  const people = Array.from({ length: 250 }, (_, index) => [index + 1, null, `name ${String((index * 7919) % 250).padStart(3, '0')}`, index % 10 === 9 ? null : (index * 31) % 40] as const);
  beforeAll(async () => {
    const { error, rows } = await crud('insert_many', 'customers', people);
    expect([error, rows.length]).toEqual([null, 250]);
  });

  // As in an index: nothing is less than anything.
  const ageOf = (person: (typeof people)[number]) => person[3] ?? -1;
  const byAge = people.toSorted((a, b) => ageOf(a) - ageOf(b) || a[0] - b[0]);

  it('are on both shards', async () => {
    for (const [master] of cluster.shards) expect((await master!.lua<[number]>('return box.space.customers:len()'))[0]).toBeGreaterThan(80);
    expect(await client.call('crud.len', ['customers'])).toEqual([250, null]);
  });

  it('come in the order of the index, with conditions', async () => {
    expect(ids(await select(null))).toEqual(people.map(([id]) => id));
    expect(ids(await select([['>=', 'age', 20]]))).toEqual(byAge.filter((one) => ageOf(one) >= 20).map(([id]) => id));
    expect(ids(await select([['<', 'age', 20], ['>', 'id', 100]]))).toEqual(byAge.filter((one) => ageOf(one) < 20 && one[0] > 100).map(([id]) => id).toReversed());
    expect(ids(await select([['=', 'age', 31], ['<=', 'id', 90]]))).toEqual(byAge.filter(([id, , , age]) => age === 31 && id <= 90).map(([id]) => id));
    expect(ids(await select([['>=', 'name', 'NAME 240']]))).toEqual(people.filter(([, , name]) => name >= 'name 240').toSorted((a, b) => (a[2] < b[2] ? -1 : 1)).map(([id]) => id));
    expect(ids(await select([['=', 'id', 77]]))).toEqual([77]);
    expect(await client.call('crud.count', ['customers', [['>=', 'age', 20]]])).toEqual([byAge.filter((one) => ageOf(one) >= 20).length, null]);
  });

  it('are paged by the row that came last, in both directions, whatever the batches are', async () => {
    for (const [conditions, wanted] of [[null, people.map(([id]) => id)], [[['<=', 'age', 30]], byAge.filter((one) => ageOf(one) <= 30).map(([id]) => id).toReversed()]] as const) {
      const seen: Value[] = [];
      let after: Value[] | null = null;
      for (;;) {
        const page: Result = await select(conditions as Writable, { first: 17, batch_size: 5, ...(after === null ? {} : { after }) });
        if (page.rows.length === 0) break;
        seen.push(...ids(page));
        after = page.rows.at(-1)!;
      }
      expect(seen).toEqual(wanted);
    }
    const [, bucket, name, age] = (await crud('get', 'customers', 100)).rows[0]!;
    expect(ids(await select(null, { first: -5, after: [100, bucket!, name!, age!] }))).toEqual([95, 96, 97, 98, 99]);
    expect(messageOf(await select(null, { first: -5 }))).toMatch(/Negative first/);
  });

  it('have a least and a greatest', async () => {
    expect((await crud('max', 'customers', 'id')).rows.map(([id]) => id)).toEqual([250]);
    expect((await crud('min', 'customers', 'name', { fields: ['name'] })).rows).toEqual([['name 000']]);
    expect(messageOf(await crud('min', 'customers', 'what'))).toMatch(/no index "what"/);
  });

  it('of one bucket alone', async () => {
    const [bucket] = (await client.call('vshard.router.bucket_id_strcrc32', [77])) as [number];
    const rows = (await select([['=', 'bucket_id', bucket]])).rows;
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.every((row) => row[1] === bucket)).toBe(true);
    expect(await client.call('crud.count', ['customers', null, { bucket_id: bucket }])).toEqual([rows.length, null]);
  });

  it('are each seen once while buckets move', { timeout: 60_000 }, async () => {
    const state = { moving: true };
    let moves = 0;
    const mover = (async () => {
      for (let bucket = 1; state.moving && bucket <= bucketsCount / 2; bucket += 1) {
        await cluster.move(bucket, 0, 1);
        await cluster.move(bucket + bucketsCount / 2, 1, 0);
        moves += 2;
      }
    })();
    for (let look = 0; look < 40; look += 1) {
      expect(ids(await select(null, { batch_size: 20 }))).toEqual(people.map(([id]) => id));
      expect(await client.call('crud.count', ['customers'])).toEqual([250, null]);
    }
    state.moving = false;
    await mover;
    expect(moves).toBeGreaterThan(4);
  });

  it('are refused where the user may not read them', async () => {
    const poor = await router.connect('poor');
    for (const operation of ['select', 'count', 'len', 'truncate']) {
      const [, error] = await poor.call(`crud.${operation}`, ['customers']);
      expect((error as Map<string, Value>).get('err')).toMatch(/access to space 'customers' is denied for user 'poor'/);
    }
  });

  it('many at once say which did not go well', async () => {
    const { rows, error } = await crud('insert_many', 'customers', [[1, null, 'there'], [300, null, 'new']], { fields: ['id'] });
    expect(rows.map(([id]) => id)).toEqual([300]);
    expect((error as Map<string, Value>[]).map((one) => [one.get('err'), one.get('operation_data')])).toEqual([[expect.stringMatching(/Duplicate key/), [1, null, 'there']]]);
    const stopped = await crud('insert_many', 'customers', [[1, null, 'there'], [301, null, 'new']], { stop_on_error: true });
    expect([stopped.rows, (stopped.error as Value[]).length]).toEqual([[], 1]);
    expect((await crud('get', 'customers', 301)).rows).toEqual([]);
    expect((await crud('upsert_object_many', 'customers', [[{ id: 300, name: 'x' }, [['=', 'age', 5]]]])).error).toBeNull();
    expect((await crud('get', 'customers', 300)).rows[0]!.slice(2)).toEqual(['new', 5]);
    expect(messageOf(await crud('insert_many', 'customers', [[1]], { rollback_on_error: true }))).toMatch(/not offered/);
  });

  it('are gone after truncate', async () => {
    expect(await client.call('crud.truncate', ['customers'])).toEqual([true, null]);
    expect(ids(await select(null))).toEqual([]);
    const [schema] = (await client.call('crud.schema')) as [Map<string, Value>];
    expect([...schema.keys()].toSorted()).toEqual(['customers', 'plain']);
    const [storages] = (await client.call('crud.storage_info')) as [Map<string, Map<string, Value>>];
    expect([...storages.values()].map((one) => [one.get('status'), one.get('is_master')])).toEqual([['running', true], ['running', true]]);
  });
});
