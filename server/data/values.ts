import { CoterieError } from '~/contract/errors.ts';
import { markOf } from '~/contract/data-value.ts';
import { Decimal, Double, Ext, RawString, Uuid, type Value } from '~/iproto/index.ts';

/** Values of rows between MessagePack and the JSON of `contract/data-value.ts`, both ways and exact. */

const datetime = 4;
const safe = BigInt(Number.MAX_SAFE_INTEGER);

/** Whole doubles are plain numbers: the type of the column says what they are. */
export function toShown(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : { $double: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value === 'bigint') return value <= safe && value >= -safe ? Number(value) : { $int: String(value) };
  if (value instanceof Double) return value.value;
  if (value instanceof Decimal) return { $decimal: value.toString() };
  if (value instanceof Uuid) return { $uuid: value.text };
  if (value instanceof RawString) return { $text: value.bytes.toString('hex') };
  if (Buffer.isBuffer(value)) return { $hex: value.toString('hex') };
  if (value instanceof Ext) return { $ext: value.type, hex: value.payload.toString('hex'), ...(value.type === datetime ? textOfTime(value.payload) : {}) };
  if (Array.isArray(value)) return value.map(toShown);
  const made = [...value].map(([key, item]) => [toShown(key), toShown(item)] as const);
  return isObject([...value.keys()]) ? Object.fromEntries(made) : { $map: made };
}

/** Keys that an object keeps as they are: text, none like a mark, none that JavaScript would move to the front. */
const isObject = (keys: readonly Value[]): boolean => keys.every((key) => typeof key === 'string' && !key.startsWith('$')) && Object.keys(Object.fromEntries(keys.map((key) => [key, 0]))).every((key, at) => key === keys[at]);

/** Seconds since 1970, then nanoseconds, an offset in minutes and a zone where they are not nought. */
function textOfTime(payload: Buffer): { text?: string } {
  if (payload.length !== 8 && payload.length !== 16) return {};
  const ms = Number(payload.readBigInt64LE(0)) * 1000 + (payload.length === 16 ? Math.floor(payload.readInt32LE(8) / 1e6) : 0);
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? {} : { text: time.toISOString() };
}

/** `type` of the field, where it has one: text then stands for a decimal, a uuid or bytes. Throws BAD_INPUT, which names the field. */
export function fromShown(shown: unknown, { type, field }: { type: string; field: string }): Value {
  try {
    return typed(shown, type);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CoterieError('BAD_INPUT', `${field}: ${error.message}.`, { field });
  }
}

function typed(shown: unknown, type: string): Value {
  if (typeof shown === 'number' && type === 'double') return Number.isInteger(shown) ? new Double(shown) : shown;
  if ((typeof shown === 'number' || typeof shown === 'string') && type === 'decimal') return Decimal.from(shown);
  if (typeof shown === 'string' && type === 'uuid') return Uuid.from(shown);
  if (typeof shown === 'string' && type === 'varbinary') return bytesOf(shown.replace(/^0x/i, ''));
  const value = plain(shown);
  // A number that JavaScript would have rounded, as a person wrote it.
  if (value instanceof Decimal && type === 'double') return value.toNumber();
  if (typeof value === 'bigint' && type === 'decimal') return Decimal.from(value);
  return value;
}

function plain(shown: unknown): Value {
  if (shown === null || shown === undefined) return null;
  if (typeof shown === 'boolean' || typeof shown === 'string' || typeof shown === 'number') return shown;
  if (Array.isArray(shown)) return shown.map(plain);
  const mark = markOf(shown);
  return mark === null ? new Map(Object.entries(shown).map(([key, item]) => [key, plain(item)])) : marked(shown as Record<string, unknown>, mark);
}

function marked(shown: Record<string, unknown>, mark: NonNullable<ReturnType<typeof markOf>>): Value {
  const text = String(shown[mark]);
  switch (mark) {
    case '$int':
      return integerOf(text);
    case '$decimal':
      return Decimal.from(text);
    case '$uuid':
      return Uuid.from(text);
    case '$hex':
      return bytesOf(text);
    case '$text':
      return new RawString(bytesOf(text));
    case '$double':
      if (!['NaN', 'Infinity', '-Infinity', '-0'].includes(text) && !Number.isFinite(Number(text))) throw new RangeError(`not a double: ${text.slice(0, 100)}`);
      return Number.isInteger(Number(text)) && !Object.is(Number(text), -0) ? new Double(Number(text)) : Number(text);
    case '$map':
      if (!Array.isArray(shown.$map) || !shown.$map.every((pair) => Array.isArray(pair) && pair.length === 2)) throw new RangeError('$map takes pairs of a key and a value');
      return new Map((shown.$map as [unknown, unknown][]).map(([key, item]) => [plain(key), plain(item)]));
    case '$ext':
      if (!Number.isInteger(shown.$ext) || Math.abs(Number(shown.$ext)) > 127) throw new RangeError('$ext takes a number from -127 to 127');
      return new Ext(Number(shown.$ext), bytesOf(String(shown['hex'] ?? '')));
  }
}

const [least, most] = [-(2n ** 63n), 2n ** 64n - 1n];

function integerOf(text: string): bigint | number {
  if (!/^-?\d{1,20}$/.test(text)) throw new RangeError(`not an integer: ${text.slice(0, 100)}`);
  const value = BigInt(text);
  if (value < least || value > most) throw new RangeError(`an integer has 64 bits: ${text}`);
  return value <= safe && value >= -safe ? Number(value) : value;
}

function bytesOf(hex: string): Buffer {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new RangeError('bytes are written in hex, two digits each');
  return Buffer.from(hex, 'hex');
}
