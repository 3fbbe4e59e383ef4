import * as fc from 'fast-check';
import { Decimal, Double, Ext, RawString, Uuid, type Value } from '~/iproto/index.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -40, max: 300 }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
);
const wholeDouble = fc.oneof(fc.maxSafeInteger(), fc.constant(0)).filter((value) => !Object.is(value, -0)).map((value) => new Double(value));
const fraction = fc.double().filter((value) => !Number.isSafeInteger(value) || Object.is(value, -0));
export const decimal = fc
  .record({ negative: fc.boolean(), digits: fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }), scale: fc.integer({ min: -40, max: 40 }) })
  .map(({ negative, digits, scale }) => Decimal.of(negative, digits.toString(), scale)!);
const rawString = bytes(40).filter((buffer) => buffer.toString('utf8').includes('\ufffd')).filter((buffer) => !Buffer.from(buffer.toString('utf8')).equals(buffer)).map((buffer) => new RawString(buffer));
const ext = fc.record({ type: fc.integer({ min: -128, max: 127 }).filter((type) => type !== 1 && type !== 2), payload: bytes(300) }).map(({ type, payload }) => new Ext(type, payload));
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.integer({ min: 20, max: 300 }).map((length) => 'z'.repeat(length)), fc.constant('\ufffd'), fc.integer({ min: 65_530, max: 65_540 }).map((length) => 'é'.repeat(length)));

const leaf: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: integer },
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false) },
  { weight: 1, arbitrary: wholeDouble },
  { weight: 1, arbitrary: fraction },
  { weight: 1, arbitrary: decimal },
  { weight: 1, arbitrary: fc.uuid().map((uuid) => Uuid.from(uuid)) },
  { weight: 1, arbitrary: bytes(300) },
  { weight: 1, arbitrary: rawString },
  { weight: 1, arbitrary: ext },
);

/** Every kind of value that can be read, nested. */
export const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value; list: Value; map: Value }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 20 }),
  map: fc.array(fc.tuple(fc.oneof(fc.string(), fc.integer()), tie('value')), { maxLength: 20 }).map((entries) => new Map<Value, Value>(entries)),
})).value;
