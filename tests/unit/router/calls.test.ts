import { describe, expect, it } from 'vitest';
import { bodyKeys, encode, ProtocolError, TarantoolError, type Writable } from '~/iproto/index.ts';
import { readCall } from '~/router/calls.ts';
import { modes } from '~/router/choose.ts';
import { arrayOf, Items, itemsOf, runOf } from '~/router/slices.ts';

const body = (name: Writable, args: Writable = []) => encode(new Map<number, Writable>([[bodyKeys.functionName, name], [bodyKeys.tuple, args]]));
const call = (name: Writable, ...args: Writable[]) => readCall(body(name, args));
const run = (name: string, args: Writable) => runOf(encode(name), encode(args));
const refusal = (name: Writable, ...args: Writable[]): TarantoolError => {
  try {
    call(name, ...args);
  } catch (error) {
    if (error instanceof TarantoolError) return error;
    throw error;
  }
  throw new Error('it was taken');
};

describe('what a client asks for', () => {
  it.each([
    ['callrw', modes.rw], ['callro', modes.ro], ['callbro', modes.bro], ['callre', modes.re], ['callbre', modes.bre],
  ] as const)('vshard.router.%s', (name, mode) => {
    const read = call(`vshard.router.${name}`, 17, 'put', [1, { a: [2] }], { timeout: 1.5 });
    expect(read).toMatchObject({ kind: 'bucket', style: 'vshard', bucket: 17, mode, timeoutMs: 1500, label: `vshard.router.${name}`, run: run('put', [1, { a: [2] }]) });
  });

  it.each([
    ['write', modes.rw], ['read', modes.ro], [{ mode: 'read', balance: true }, modes.bro], [{ mode: 'read', prefer_replica: true }, modes.re], [{ mode: 'read', prefer_replica: true, balance: true }, modes.bre],
    [{ mode: 'write', balance: true }, modes.rw],
  ] as const)('vshard.router.call with mode %j', (mode, wanted) => {
    expect(call('vshard.router.call', 17, mode, 'get')).toMatchObject({ kind: 'bucket', mode: wanted, timeoutMs: null, run: run('get', []) });
    expect(call('vshard.router.call', 17, mode, 'get', [1], { timeout: 2 })).toMatchObject({ kind: 'bucket', mode: wanted, timeoutMs: 2000, run: run('get', [1]) });
  });

  it('coterie.call by key, with its hash, or by bucket', () => {
    expect(call('coterie.call', 'k', 'f', [1])).toMatchObject({ kind: 'key', key: encode('k'), hash: null, style: 'coterie', mode: modes.rw, run: run('f', [1]) });
    expect(call('coterie.call', ['k', 1], 'f', [1], { hash: 'mpcrc32', mode: 'read', balance: true })).toMatchObject({ kind: 'key', key: encode(['k', 1]), hash: 'mpcrc32', mode: modes.bro });
    expect(call('coterie.call', null, 'f', null, { bucket_id: 5 })).toMatchObject({ kind: 'bucket', bucket: 5, style: 'coterie', run: run('f', []) });
  });

  it('what needs no storage, and crud', () => {
    expect(call('vshard.router.bucket_id_mpcrc32', 'k')).toMatchObject({ kind: 'hash', hash: 'mpcrc32' });
    expect(call('vshard.router.bucket_count').kind).toBe('count');
    expect(call('vshard.router.info').kind).toBe('info');
    expect(call('vshard.router.routeall').kind).toBe('routeall');
    expect(call('vshard.router.route', 3)).toMatchObject({ kind: 'route', bucket: 3 });
    expect(call('vshard.router.map_callrw', 'f', [1], [])).toMatchObject({ kind: 'map', timeoutMs: null, run: run('f', [1]) });
    expect(call('vshard.router.map_callrw', 'f', null, { timeout: 0.5 })).toMatchObject({ kind: 'map', timeoutMs: 500, run: run('f', []) });
    const get = call('crud.get', 'space', 1);
    expect(get).toMatchObject({ kind: 'crud', operation: 'get' });
    expect(get.kind === 'crud' && get.args.from(0, get.args.length).equals(Buffer.concat([encode('space'), encode(1)]))).toBe(true);
  });

  it.each([
    ['another function', ['put', 1], /Procedure 'put' is not defined: this is a router.*coterie\.call/],
    ['a name of every object', ['toString'], /is not defined/],
    ['no name', [7], /names a function/],
    ['no bucket', ['vshard.router.callrw'], /Usage: callrw\(bucket_id/],
    ['a bucket that is text', ['vshard.router.callrw', '7', 'f'], /bucket_id is a whole number/],
    ['a function that is no text', ['vshard.router.callrw', 7, 8], /func is the name/],
    ['arguments that are no array', ['vshard.router.callrw', 7, 'f', { a: 1 }], /args is an array/],
    ['options that are none', ['vshard.router.callrw', 7, 'f', [], 5], /options are a map/],
    ['a timeout that is none', ['vshard.router.callrw', 7, 'f', [], { timeout: 'soon' }], /timeout: seconds/],
    ['a timeout that is text', ['vshard.router.callrw', 7, 'f', [], { timeout: '5' }], /timeout: seconds/],
    ['a timeout below zero', ['vshard.router.callrw', 7, 'f', [], { timeout: -1 }], /timeout: seconds/],
    ['is_async', ['vshard.router.callrw', 7, 'f', [], { is_async: true }], /is_async cannot pass/],
    ['a mode that is none', ['vshard.router.call', 7, 'rw', 'f'], /mode is 'read' or 'write'/],
    ['a hash that is none', ['coterie.call', 7, 'f', [], { hash: 'md5' }], /hash is strcrc32 or mpcrc32/],
    ['no key', ['coterie.call', null, 'f'], /the key says where/],
  ] as [string, Writable[], RegExp][])('is refused: %s', (_, [name, ...args], message) => {
    expect(refusal(name!, ...args).message).toMatch(message);
  });
});

describe('slices', () => {
  it('take an array apart and put it together, of every size', () => {
    for (const size of [0, 1, 15, 16, 70_000]) {
      const bytes = encode(Array.from({ length: size }, (_, index) => index));
      expect(arrayOf(itemsOf(bytes)).equals(bytes)).toBe(true);
    }
  });
  it('say what stands where, and what is not there', () => {
    const items = new Items(encode([[1, 'x'], null, 'y']));
    expect([items.length, items.headOf(0), items.headOf(2), items.headOf(3)]).toEqual([3, 0x92, 0xa1, undefined]);
    expect([0, 1, 2, 3].map((index) => items.isNil(index))).toEqual([false, true, false, true]);
    expect([0, 1, 2, 3].map((index) => items.valueOf(index))).toEqual([[1, 'x'], undefined, 'y', undefined]);
    expect([items.at(2), items.at(3)]).toEqual([encode('y'), undefined]);
    expect(items.from(1, 3)).toEqual(Buffer.concat([encode(null), encode('y')]));
    expect(items.bytes.subarray(items.placeOf(2))).toEqual(encode('y'));
  });
  it('look at no more of a long array than is asked for', () => {
    const cut = encode([1, 2, 3]).subarray(0, 3);
    expect(new Items(cut, 2).valueOf(1)).toBe(2);
    expect(new Items(cut, 2).at(2)).toBe(undefined);
    expect(new Items(encode([1, 2, 3]), 2).headOf(2)).toBe(undefined);
    expect(() => new Items(cut)).toThrow(ProtocolError);
  });
});
