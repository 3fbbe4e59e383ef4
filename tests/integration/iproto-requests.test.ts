import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bodyKeys, bodySlice, decode, decodeData, Decimal, decodePush, Double, Ext, Raw, RawString, requests, requestTypes, TarantoolError, toJson, Uuid, encode,
  type Connection, type Value,
} from '~/iproto/index.ts';
import { Tarantool } from './iproto-tarantool.ts';

const space = 700;
const tarantool = new Tarantool();
let connection: Connection;
beforeAll(async () => {
  await tarantool.start();
  connection = await tarantool.open({ credentials: { user: 'app', password: 'secret' } });
});
afterAll(async () => {
  connection?.close();
  await tarantool.remove();
});

describe('every request', () => {
  it('greets and pings', async () => {
    expect(connection.greeting.version).toBe('2.6.0');
    const [uuid] = await connection.eval('return box.info.uuid');
    expect(connection.greeting.instanceUuid).toBe(uuid);
    await connection.ping();
  });

  it('calls and evaluates', async () => {
    expect(await connection.call('echo', [1, 'two', [3, null], { a: 1 }])).toEqual([1, 'two', [3, null], new Map([['a', 1]])]);
    expect(await connection.call('echo')).toEqual([]);
    expect(await connection.eval('local a, b = ... return a + b, nil, box.session.user()', [1, 2])).toEqual([3, null, 'app']);
  });

  it('inserts, replaces, updates, upserts, selects and deletes', async () => {
    expect(await connection.insert(space, [1, 'a', 10])).toEqual([[1, 'a', 10]]);
    expect(await connection.replace(space, [2, 'b', 20])).toEqual([[2, 'b', 20]]);
    expect(await connection.update(space, [1], [['=', 1, 'A'], ['+', 'n', 5]])).toEqual([[1, 'A', 15]]);
    expect(await connection.update(space, [99], [['=', 1, 'A']])).toEqual([]);
    await connection.upsert(space, [3, 'c', 30], [['+', 2, 1]]);
    await connection.upsert(space, [3, 'c', 30], [['+', 2, 1]]);
    expect(await connection.select(space, [], { iterator: 'all', limit: 10 })).toEqual([[1, 'A', 15], [2, 'b', 20], [3, 'c', 31]]);
    expect(await connection.select(space, [2], { iterator: 'ge', limit: 1, offset: 1 })).toEqual([[3, 'c', 31]]);
    expect(await connection.select(space, [3], { iterator: 'lt', limit: 1 })).toEqual([[2, 'b', 20]]);
    expect(await connection.select(space, ['b'], { index: 1, limit: 10 })).toEqual([[2, 'b', 20]]);
    expect(await connection.delete(space, [2])).toEqual([[2, 'b', 20]]);
    expect(await connection.delete(space, [2])).toEqual([]);
    expect(await connection.select(space, [2], { limit: 1 })).toEqual([]);
  });

  it('executes and prepares SQL', async () => {
    expect(await connection.execute('CREATE TABLE s (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT, d DOUBLE)')).toEqual({ kind: 'changed', rowCount: 1, autoincrementIds: [] });
    expect(await connection.execute("INSERT INTO s VALUES (NULL, ?, 1.5), (NULL, :v, ?)", ['a', { ':v': 'b' }, new Double(2)])).toEqual({ kind: 'changed', rowCount: 2, autoincrementIds: [1, 2] });
    const rows = await connection.execute('SELECT id, v, d FROM s WHERE id >= ? ORDER BY id', [1]);
    expect(rows).toEqual({
      kind: 'rows',
      columns: [{ name: 'ID', type: 'integer' }, { name: 'V', type: 'string' }, { name: 'D', type: 'double' }],
      rows: [[1, 'a', 1.5], [2, 'b', new Double(2)]],
    });
    await connection.execute("UPDATE \"_session_settings\" SET \"value\" = true WHERE \"name\" = 'sql_full_metadata'");
    const full = await connection.execute('SELECT id AS x FROM s');
    expect(full).toMatchObject({ columns: [{ name: 'X', type: 'integer', nullable: false, autoincrement: true, span: 'id' }] });

    const statement = await connection.prepare('SELECT v FROM s WHERE id = ?');
    expect(statement).toMatchObject({ bindCount: 1, bindColumns: [{ name: '?' }], columns: [{ name: 'V' }] });
    for (const [id, v] of [[1, 'a'], [2, 'b']] as const) expect(await connection.execute(statement.statementId, [id])).toMatchObject({ rows: [[v]] });
    await connection.unprepare(statement.statementId);
    await expect(connection.execute(statement.statementId, [1])).rejects.toMatchObject({ name: 'ER_WRONG_QUERY_ID' });
  });

  it('finds that 2.6.0 does not offer ID, and lives on', async () => {
    expect(await connection.identify()).toBe(undefined);
    await connection.ping();
  });

  it('gets pushes', async () => {
    const pushed: Value[] = [];
    const result = await connection.eval("for i = 1, 3 do box.session.push({i, 'half'}) end return 'done'", [], { onPush: (body) => pushed.push(decodePush(body)) });
    expect(result).toEqual(['done']);
    expect(pushed).toEqual([[1, 'half'], [2, 'half'], [3, 'half']]);
  });
});

describe('values through a real server', () => {
  const values: [string, Value][] = [
    ['2^53 + 1', 2n ** 53n + 1n],
    ['2^64 - 1', 2n ** 64n - 1n],
    ['-2^63', -(2n ** 63n)],
    ['2^53 - 1', Number.MAX_SAFE_INTEGER],
    ['a double that is whole', new Double(5)],
    ['0.1', 0.1],
    ['infinity', Infinity],
    ['a decimal', Decimal.from('123456789012345678901234567890.12345678')],
    ['a decimal with a zero at its end', Decimal.from('-1.50')],
    ['a decimal with an exponent', Decimal.from('1e30')],
    ['a uuid', Uuid.from('64d22e4d-ac92-4a23-899a-e59f34af5479')],
    ['bytes', Buffer.from([0, 255, 128])],
    ['a string that is not UTF-8', new RawString(Buffer.from([0xff, 0xfe, 0x61]))],
    ['text', 'ключ 日本語 😀'],
    ['an extension nobody knows', new Ext(99, Buffer.from([1, 2, 3]))],
    ['nested', [new Map<Value, Value>([['k', [1, [2n ** 60n, null, true]]], [7, 'int key']])]],
  ];
  it.each(values)('%s is stored and read back exactly', async (_, value) => {
    expect(await connection.replace(space, [500, null, value])).toStrictEqual([[500, null, value]]);
    expect(await connection.select(space, [500], { limit: 1 })).toStrictEqual([[500, null, value]]);
  });

  it('are what Lua sees', async () => {
    const seen = await connection.eval(
      'local out = {} for i, v in ipairs({...}) do out[i] = type(v) .. ":" .. (type(v) == "cdata" and require("ffi").typeof(v) and tostring(v) or tostring(v)) end return out',
      [Decimal.from('1.50'), Uuid.from('64d22e4d-ac92-4a23-899a-e59f34af5479'), 2n ** 63n, -5, 'x', 1.5],
    );
    expect(seen).toEqual([['cdata:1.50', 'cdata:64d22e4d-ac92-4a23-899a-e59f34af5479', 'cdata:9223372036854775808ULL', 'number:-5', 'string:x', 'number:1.5']]);
  });

  it('of box.info are JSON for an API', async () => {
    const [info] = await connection.eval('return box.info');
    expect(toJson(info!)).toMatchObject({ version: expect.stringMatching(/^2\.6\.0/), ro: false, vclock: expect.anything(), uuid: connection.greeting.instanceUuid });
  });
});

describe('errors', () => {
  const cases: [string, () => Promise<unknown>, number, string, unknown][] = [
    ['a function that is not there', () => connection.call('nosuch'), 33, 'ER_NO_SUCH_PROC', "Procedure 'nosuch' is not defined"],
    ['a duplicate', async () => { await connection.replace(space, [7]); await connection.insert(space, [7]); }, 3, 'ER_TUPLE_FOUND', "Duplicate key exists in unique index 'pk' in space 't'"],
    ['a space that is not there', () => connection.select(9999, [], { limit: 1 }), 36, 'ER_NO_SUCH_SPACE', "Space '9999' does not exist"],
    ['a wrong type', () => connection.insert(space, ['x']), 23, 'ER_FIELD_TYPE', "Tuple field 1 type does not match one required by operation: expected unsigned"],
    ['Lua', () => connection.eval("error('oops')"), 32, 'ER_PROC_LUA', "eval:1: oops"],
    ['Lua syntax', () => connection.eval('return ('), 32, 'ER_PROC_LUA', expect.stringContaining('unexpected symbol')],
    ['SQL', () => connection.execute('SELEC 1'), 184, 'ER_SQL_SYNTAX_NEAR_TOKEN', "Syntax error at line 1 near 'SELEC'"],
    ['a request type that is not there', async () => decodeData(await connection.request(requests.raw(0x3f, Buffer.from([0x80])))), 48, 'ER_UNKNOWN_REQUEST_TYPE', 'Unknown request type 63'],
    ['a body without its fields', async () => decodeData(await connection.request({ type: requestTypes.call, body: [] })), 69, 'ER_MISSING_REQUEST_FIELD', "Missing mandatory field 'function name' in request"],
    ['bytes that are no msgpack', async () => decodeData(await connection.request(requests.raw(requestTypes.call, Buffer.from([0x81, 0x22, 0xc1])))), 20, 'ER_INVALID_MSGPACK', expect.stringContaining('Invalid MsgPack')],
  ];
  it.each(cases)('of %s', async (_, action, code, name, message) => {
    const error: unknown = await Promise.resolve().then(action).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TarantoolError);
    expect(error).toMatchObject({ code, name, message, notExecuted: false });
    const { errors } = error as TarantoolError;
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]).toMatchObject({ message, file: expect.any(String) });
  });

  it('with a stack of causes, outermost first', async () => {
    const error = await connection.eval(`
      local cause = box.error.new(box.error.READONLY)
      local top = box.error.new({code = 1000, reason = 'the top'})
      top:set_prev(cause)
      top:raise()`).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 1000, message: 'the top', errors: [{ code: 1000, message: 'the top' }, { code: 7, message: expect.stringContaining('read-only') }] });
  });
});

describe('pass-through', () => {
  it('splices raw tuples into requests and returns raw bodies', async () => {
    const tuple = encode([600, 'raw', Decimal.from('1.10')]);
    const response = await connection.request(requests.replace(space, new Raw(tuple)));
    expect(response.status).toBe(0);
    const data = bodySlice(response.body, bodyKeys.data)!;
    expect(data.subarray(-tuple.length).equals(tuple)).toBe(true);
    expect(decode(data)).toEqual([[600, 'raw', Decimal.from('1.10')]]);
    expect(await connection.call('echo', new Raw(encode([1, 2])))).toEqual([1, 2]);
  });
});
