import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Decimal, decode, depthMax, Double, EncodeError, encode, Ext, ProtocolError, Raw, RawString, Reader, skipValue, toJson, Uuid, Writer, type Value, type Writable,
} from '~/iproto/index.ts';
import { decimal, value } from './arbitrary.ts';
import { recorded } from './recorded.ts';

/** The value that a recorded text stands for. */
const expected: Record<string, (text: string) => Value> = {
  nil: () => null,
  boolean: (text) => text === 'true',
  integer: (text) => (Number.isSafeInteger(Number(text)) && BigInt(Number(text)) === BigInt(text) ? Number(text) : BigInt(text)),
  number: Number,
  double: (text) => new Double(Number(text)),
  decimal: (text) => Decimal.from(text),
  uuid: Uuid.from,
  string: (text) => text,
  rawString: (text) => new RawString(Buffer.from(text, 'hex')),
};

describe('values recorded from Tarantool 2.6.0', () => {
  const plain = recorded.values.filter(({ kind }) => kind !== 'json');
  it.each(plain)('$kind $text is read', ({ kind, text, hex }) => {
    const read = decode(Buffer.from(hex, 'hex'));
    if (read instanceof Decimal) expect(read.toString()).toBe(text);
    else expect(read).toStrictEqual(expected[kind]!(text));
  });
  it.each(plain)('$kind $text is written byte for byte as it came', ({ hex }) => {
    expect(encode(decode(Buffer.from(hex, 'hex'))).toString('hex')).toBe(hex);
  });
  it.each(recorded.values.filter(({ kind }) => kind === 'json'))('$text is read', ({ text, hex }) => {
    expect(toJson(decode(Buffer.from(hex, 'hex')))).toEqual(JSON.parse(text));
  });
  it('has them all', () => expect(recorded.values.length).toBeGreaterThan(60));
});

describe('any value', () => {
  it('comes back the same, of the same type', () => {
    fc.assert(fc.property(value, (item) => {
      expect(decode(encode(item))).toStrictEqual(item);
    }), { numRuns: 500 });
  });
  it('is skipped to exactly where reading it ends, whatever stands around it', () => {
    fc.assert(fc.property(value, fc.uint8Array({ maxLength: 8 }), (item, around) => {
      const bytes = encode(item);
      const whole = Buffer.concat([around, bytes, around]);
      expect(skipValue(whole, around.length)).toBe(around.length + bytes.length);
      const reader = new Reader(whole, around.length);
      reader.read();
      expect(reader.position).toBe(around.length + bytes.length);
    }), { numRuns: 300 });
  });
  it('cut short anywhere is refused, not guessed', () => {
    fc.assert(fc.property(value, fc.nat(), (item, at) => {
      const bytes = encode(item);
      const cut = bytes.subarray(0, at % bytes.length);
      expect(() => decode(cut)).toThrow(ProtocolError);
      expect(() => skipValue(cut, 0)).toThrow(ProtocolError);
    }), { numRuns: 300 });
  });
  it('is valid JSON as JSON', () => {
    fc.assert(fc.property(value, (item) => {
      const json = toJson(item);
      expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    }), { numRuns: 200 });
  });
});

describe('writing', () => {
  const twice: Writable[] = [];
  const circular: Writable[] = [twice];
  twice.push(circular);
  const refused: [string, unknown][] = [
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a date', new Date(0)],
    ['2^64', 2n ** 64n],
    ['-2^63 - 1', -(2n ** 63n) - 1n],
    ['a lone surrogate', `${'x'.repeat(30)}\ud800`],
    ['a short lone surrogate', '\udc00'],
    ['a value in itself', circular],
  ];
  it.each(refused)('%s is refused', (_, item) => {
    expect(() => encode(item as Writable)).toThrow(EncodeError);
    expect(() => encode([item as Writable])).toThrow(EncodeError);
  });

  it('takes plain objects, any bytes and spliced msgpack', () => {
    const bytes = encode({ a: new Uint8Array([1, 2]), b: new Raw(encode([1, 'x'])) });
    expect(decode(bytes)).toEqual(new Map<Value, Value>([['a', Buffer.from([1, 2])], ['b', [1, 'x']]]));
  });
  it('keeps -0, NaN and infinities as doubles', () => {
    for (const item of [-0, Number.NaN, Infinity, -Infinity]) expect(decode(encode(item))).toBe(item);
  });
  it('gives views that later writing leaves alone', () => {
    const writer = new Writer();
    const taken: Buffer[] = [];
    for (let index = 0; index < 5000; index++) {
      writer.write([index, 'y'.repeat(index % 50)]);
      taken.push(writer.take());
    }
    taken.forEach((bytes, index) => expect(decode(bytes)).toEqual([index, 'y'.repeat(index % 50)]));
  });
  it('grows for values larger than a slab, and truncates', () => {
    const writer = new Writer();
    writer.write('before');
    const { length } = writer;
    writer.write(Buffer.alloc(3_000_000, 7));
    writer.truncate(length);
    writer.write(Buffer.alloc(2_000_000, 8));
    const reader = new Reader(writer.take());
    expect(reader.read()).toBe('before');
    expect((reader.read() as Buffer).equals(Buffer.alloc(2_000_000, 8))).toBe(true);
    expect(reader.done).toBe(true);
  });
});

describe('reading', () => {
  it.each([
    ['an array that claims 4 billion items', 'ddffffffff'],
    ['a map that claims 4 billion entries', 'dfffffffff'],
    ['a string that claims 4 GB', 'dbffffffff61'],
    ['the byte that msgpack never uses', 'c1'],
    ['nesting without end', '91'.repeat(depthMax + 1) + 'c0'],
    ['two values', 'c0c0'],
    ['nothing', ''],
  ])('refuses %s', (_, hex) => {
    expect(() => decode(Buffer.from(hex, 'hex'))).toThrow(ProtocolError);
  });
  it('reads 32-bit floats', () => {
    expect(decode(Buffer.from('ca3fc00000', 'hex'))).toBe(1.5);
    expect(decode(Buffer.from('ca40000000', 'hex'))).toEqual(new Double(2));
  });
  it.each(['d40100', 'c70001', 'd501ff1c0c'.slice(0, 8), 'd5010a1a', 'd501c00c', 'c7030102ab0c', 'c70601d27fffffff1c'])('keeps what is no sound decimal or is too large raw or exact: %s', (hex) => {
    const bytes = Buffer.from(hex, 'hex');
    const read = decode(bytes);
    expect(decode(encode(read))).toEqual(read);
    expect(read instanceof Ext || read instanceof Decimal).toBe(true);
  });
  it('keeps an unknown extension byte for byte', () => {
    expect(decode(Buffer.from('d7040102030405060708', 'hex'))).toEqual(new Ext(4, Buffer.from('0102030405060708', 'hex')));
  });
  it('never lets a key reach the prototype', () => {
    const json = toJson(new Map([['__proto__', new Map([['polluted', true]])]]));
    expect(Object.keys(json as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
  });
});

describe('decimals', () => {
  it('compare by value', () => {
    fc.assert(fc.property(decimal, decimal, (left, right) => {
      const exact = (item: Decimal) => BigInt((item.negative ? '-' : '') + item.digits) * 10n ** BigInt(100 - item.scale);
      const [a, b] = [exact(left), exact(right)];
      expect(Math.sign(left.compare(right))).toBe(a < b ? -1 : Number(a > b));
    }));
  });
  it('come back from their text with the same value and text', () => {
    fc.assert(fc.property(decimal, (item) => {
      const again = Decimal.from(item.toString());
      expect(again.equals(item)).toBe(true);
      expect(again.toString()).toBe(item.toString());
    }));
  });
  it.each([['1.50', '1.50'], ['-.5', '-0.5'], ['+7.', '7'], ['1e3', '1000'], ['12.5E-3', '0.0125'], ['0007', '7'], ['-0', '-0'], ['0e5', '0']])('%s reads as %s', (text, plain) => {
    expect(Decimal.from(text).toString()).toBe(plain);
  });
  it.each(['', '.', '-', '1,5', '0x10', 'NaN', '1e', '1e99999', '9'.repeat(1001), ' 1'])('%j is none', (text) => {
    expect(() => Decimal.from(text)).toThrow(RangeError);
  });
  it('become numbers when asked', () => expect(Decimal.from('-12.25').toNumber()).toBe(-12.25));
});

describe('uuids', () => {
  it('read either case and refuse the rest', () => {
    expect(Uuid.from('64D22E4D-AC92-4A23-899A-E59F34AF5479').toString()).toBe('64d22e4d-ac92-4a23-899a-e59f34af5479');
    expect(() => Uuid.from('64d22e4dac924a23899ae59f34af5479')).toThrow(RangeError);
    expect(() => Uuid.ofBytes(Buffer.alloc(15))).toThrow(RangeError);
  });
});

describe('toJson', () => {
  it('rounds nothing', () => {
    const shown = toJson([2n ** 63n, Decimal.from('1.50'), Uuid.from('64d22e4d-ac92-4a23-899a-e59f34af5479'), new Double(3), Infinity,
      Buffer.from('hi'), new RawString(Buffer.from([0xff])), new Ext(4, Buffer.from([1])), new Map<Value, Value>([[1, 'a'], ['b', null]])]);
    expect(shown).toEqual(['9223372036854775808', '1.50', '64d22e4d-ac92-4a23-899a-e59f34af5479', 3, 'Infinity',
      { $binary: 'aGk=' }, { $binary: '/w==' }, { $ext: 4, $binary: 'AQ==' }, { 1: 'a', b: null }]);
  });
});
