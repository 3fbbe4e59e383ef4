import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bodyKeys, bodySlice, bodySlices, checkScramble, Decimal, decode, decodeData, decodePrepared, decodePush, decodeSql, encode, errorName, formatAddress, formatGreeting,
  FrameReader, parseAddress, parseGreeting, ProtocolError, Raw, readHeader, requests, responseError, scramble, storedHash, TarantoolError, Uuid, Writer, writeRequest,
  type Request, type Response, type Value,
} from '~/iproto/index.ts';
import { recorded, step } from './recorded.ts';

function framesOf(bytes: Buffer) {
  const reader = new FrameReader({ frameBytesMax: 1 << 20 });
  reader.push(bytes);
  const frames: { type: number; sync: number | bigint; body: Buffer; schemaVersion: number }[] = [];
  for (let frame = reader.next(); frame; frame = reader.next()) {
    const { bodyStart, ...header } = readHeader(frame.payload);
    frames.push({ ...header, body: frame.payload.subarray(bodyStart) });
  }
  return frames;
}

function written(request: Request) {
  const writer = new Writer();
  writeRequest(writer, request, 7);
  const frames = framesOf(writer.take());
  expect(frames.length).toBe(1);
  expect(frames[0]!.sync).toBe(7);
  return frames[0]!;
}

function responses(name: string): Response[] {
  return framesOf(step(name).response).map(({ type, schemaVersion, body }) => ({ status: type, schemaVersion, body }));
}

const bodyOf = (frame: { body: Buffer }) => decode(frame.body) as Map<Value, Value>;

describe('requests are what net.box sends', () => {
  const uuid = Uuid.from('64d22e4d-ac92-4a23-899a-e59f34af5479');
  const same: [string, Request][] = [
    ['call', requests.call('echo', [1, 'two', [3, null]])],
    ['eval', requests.eval('return ...', [Decimal.from('1.50'), uuid])],
    ['noProcedure', requests.call('nosuch')],
    ['insert', requests.insert(700, [1, 'one'])],
    ['replace', requests.replace(700, [2, { a: 1 }])],
    ['select', requests.select(700, [1], { iterator: 'ge', limit: 10, offset: 1 })],
    ['delete', requests.delete(700, [1])],
    ['prepare', requests.prepare('SELECT id, v FROM s WHERE id = ?')],
  ];
  it.each(same)('%s', (name, request) => {
    const theirs = framesOf(step(name).request)[0]!;
    const ours = written(request);
    expect(ours.type).toBe(theirs.type);
    expect(bodyOf(ours)).toEqual(bodyOf(theirs));
  });
  it('execute, but for the options that net.box adds', () => {
    const theirs = bodyOf(framesOf(step('execute').request)[0]!);
    theirs.delete(0x2b);
    expect(bodyOf(written(requests.execute('SELECT ? AS a, :b AS c', [1, { ':b': 'x' }])))).toEqual(theirs);
  });
  it.each([['update', requests.update(700, [1], [['=', 1, 'uno']])], ['upsert', requests.upsert(700, [1, 'x'], [['=', 1, 'up']])]] as const)('%s, but for fields that count from 0', (name, request) => {
    const theirs = framesOf(step(name).request)[0]!;
    const ours = written(request);
    expect(ours.type).toBe(theirs.type);
    const [expected, actual] = [bodyOf(theirs), bodyOf(ours)];
    const operations = name === 'update' ? bodyKeys.tuple : bodyKeys.operations;
    expect(expected.get(bodyKeys.indexBase)).toBe(1);
    expect(actual.get(bodyKeys.indexBase)).toBe(0);
    for (const key of [bodyKeys.space, bodyKeys.key]) expect(actual.get(key)).toEqual(expected.get(key));
    expect([...actual.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    expect((expected.get(operations) as Value[][])[0]![1]).toBe(2);
    expect((actual.get(operations) as Value[][])[0]![1]).toBe(1);
  });
  it('login, for the recorded salt', () => {
    const { salt, version, instanceUuid } = parseGreeting(Buffer.from(recorded.opening.toClient, 'hex'));
    expect(version).toBe('2.6.0');
    expect(instanceUuid).toMatch(/^[0-9a-f-]{36}$/);
    const theirs = framesOf(Buffer.from(recorded.opening.toServer, 'hex'))[0]!;
    expect(written(requests.auth('app', scramble('secret', salt))).body.toString('hex')).toBe(theirs.body.toString('hex'));
  });
  it('the same where a function writes the body', () => {
    const request = requests.call('echo', [1]);
    const body = written(request).body;
    expect(written({ type: request.type, body: (writer) => writer.raw(body) })).toEqual(written(request));
  });
  it('numbers beyond 32 bits stay exact', () => {
    const writer = new Writer();
    writeRequest(writer, requests.ping(), 2 ** 40 + 1);
    expect(framesOf(writer.take())[0]!.sync).toBe(2 ** 40 + 1);
  });
});

describe('recorded answers', () => {
  it('data', () => {
    expect(decodeData(responses('call')[0]!)).toEqual([1, 'two', [3, null]]);
    expect(decodeData(responses('delete')[0]!)).toEqual([[1, 'up']]);
    expect(decodeData(responses('upsert')[0]!)).toEqual([]);
  });
  it('a push before its answer', () => {
    const [push, answer] = responses('push');
    expect(push!.status).toBe(0x80);
    expect(decodePush(push!.body)).toEqual([7]);
    expect(decodeData(answer!)).toEqual([8]);
  });
  it('SQL', () => {
    expect(decodeSql(responses('execute')[0]!)).toEqual({ kind: 'rows', columns: [{ name: 'A', type: 'integer' }, { name: 'C', type: 'text' }], rows: [[1, 'x']] });
    expect(decodeSql(responses('insertSql')[0]!)).toEqual({ kind: 'changed', rowCount: 2, autoincrementIds: [1, 2] });
    expect(decodePrepared(responses('prepare')[0]!)).toMatchObject({ bindCount: 1, bindColumns: [{ name: '?' }], columns: [{ name: 'ID', type: 'integer' }, { name: 'V' }] });
  });
  it.each([
    ['noProcedure', 33, 'ER_NO_SUCH_PROC', "Procedure 'nosuch' is not defined", 'ClientError'],
    ['duplicate', 3, 'ER_TUPLE_FOUND', "Duplicate key exists in unique index 'pk' in space 't'", 'ClientError'],
    ['customError', 0, 'ER_UNKNOWN', 'custom', 'CustomError'],
  ])('error of %s', (name, code, codeName, message, type) => {
    const response = responses(name)[0]!;
    expect(() => decodeData(response)).toThrow(TarantoolError);
    const error = responseError(response);
    expect(error).toMatchObject({ code, name: codeName, message, notExecuted: false });
    expect(error.errors).toMatchObject([{ type, code, message }]);
    expect(error.errors[0]!.line).toBeGreaterThan(0);
  });
  it('a stack of causes', () => {
    const error = responseError(responses('errorStack')[0]!);
    expect(error).toMatchObject({ code: 1000, name: 'ER_1000', message: 'top' });
    expect(error.errors.map(({ code }) => errorName(code))).toEqual(['ER_1000', 'ER_READONLY']);
  });
  it('with bodies of the wrong shape are refused', () => {
    for (const hex of ['91c0', '8130a161', '8142a161', '8132a161']) {
      const response = { status: 0, schemaVersion: 0, body: Buffer.from(hex, 'hex') };
      expect(() => [decodeData(response), decodeSql(response)]).toThrow(ProtocolError);
    }
  });
});

describe('pass-through', () => {
  it('finds the slices of a body, and spliced together again they are the body', () => {
    fc.assert(fc.property(fc.dictionary(fc.integer({ min: 0, max: 127 }).map(String), fc.jsonValue(), { noNullPrototype: true }), (object) => {
      const entries = Object.entries(object).map(([key, item]) => [Number(key), item] as [number, never]);
      const body = encode(new Map(entries));
      const slices = bodySlices(body);
      expect([...slices.keys()]).toEqual(entries.map(([key]) => key));
      expect(encode(new Map([...slices].map(([key, slice]) => [key, new Raw(slice)])))).toEqual(body);
      for (const [key, slice] of slices) expect(bodySlice(body, key)).toEqual(slice);
    }));
  });
  it('sends a body byte for byte', () => {
    const { body, type } = framesOf(step('call').request)[0]!;
    expect(written(requests.raw(type, body)).body).toEqual(body);
  });
  it('has no slices where there is no body, and refuses what is no map', () => {
    expect(bodySlices(Buffer.alloc(0)).size).toBe(0);
    expect(bodySlice(Buffer.from('80', 'hex'), 1)).toBe(undefined);
    expect(() => bodySlices(Buffer.from('90', 'hex'))).toThrow(ProtocolError);
    expect(bodySlices(Buffer.from('82a161050107', 'hex'))).toEqual(new Map([[1, Buffer.from([7])]]));
  });
});

describe('greetings', () => {
  const salt = Buffer.alloc(32, 9);
  it('come back as written', () => {
    const greeting = { version: '3.1.0-entrypoint', instanceUuid: '64d22e4d-ac92-4a23-899a-e59f34af5479'.slice(0, 36), salt };
    expect(() => formatGreeting(greeting)).toThrow(RangeError);
    const short = { ...greeting, version: '2.6.0' };
    expect(formatGreeting(short).length).toBe(128);
    expect(parseGreeting(formatGreeting(short))).toEqual(short);
    expect(parseGreeting(formatGreeting({ ...short, instanceUuid: '' })).instanceUuid).toBe('');
  });
  it('of others are named', () => {
    const of = (text: string) => Buffer.from(text.padEnd(128));
    expect(() => parseGreeting(of('HTTP/1.1 400 Bad Request'))).toThrow(/not a Tarantool.*HTTP/);
    expect(() => parseGreeting(of('Tarantool 2.6.0 (Lua console)'))).toThrow(/speaks Lua console/);
    expect(() => parseGreeting(of('Tarantool 2.6.0 (Binary) '))).toThrow(/salt/);
  });
});

describe('passwords', () => {
  it('are checked without being known', () => {
    fc.assert(fc.property(fc.string(), fc.string(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (password, other, salt) => {
      expect(checkScramble(storedHash(password), salt, scramble(password, salt))).toBe(true);
      expect(checkScramble(storedHash(password), salt, scramble(other, salt))).toBe(password === other);
    }));
    expect(checkScramble(storedHash('a'), Buffer.alloc(32), Buffer.alloc(3))).toBe(false);
  });
});

describe('addresses', () => {
  it.each([
    ['localhost:3301', { host: 'localhost', port: 3301 }, 'localhost:3301'],
    ['3301', { host: 'localhost', port: 3301 }, 'localhost:3301'],
    ['[::1]:3301', { host: '::1', port: 3301 }, '[::1]:3301'],
    ['unix/:/run/a.sock', { path: '/run/a.sock' }, 'unix/:/run/a.sock'],
    ['/run/a.sock', { path: '/run/a.sock' }, 'unix/:/run/a.sock'],
    ['./a.sock', { path: './a.sock' }, 'unix/:./a.sock'],
  ])('%s', (text, address, formatted) => {
    expect(parseAddress(text)).toEqual(address);
    expect(formatAddress(address)).toBe(formatted);
  });
  it.each(['', 'host', 'host:99999', 'user:pw@host:1', 'a:b:1', 'unix/:'])('%j is none', (text) => {
    expect(() => parseAddress(text)).toThrow(RangeError);
  });
});
