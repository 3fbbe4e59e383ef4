/** The header of a frame: a map of small integers to numbers, of which three matter. */
import { ProtocolError } from '../errors.ts';
import { Reader } from '../msgpack/reader.ts';
import { headerKeys } from './constants.ts';

export type Header = {
  /** Of a request: its type. Of a response: 0, 0x80, or 0x8000 and the error code. */
  readonly type: number;
  /** Chosen by who asks, echoed by who answers. A bigint beyond 2^53. */
  readonly sync: number | bigint;
  /** 0 where the peer sent none. */
  readonly schemaVersion: number;
  /** Where the body starts; the frame's end when there is none. */
  readonly bodyStart: number;
};

/** Reads the header at the start of a frame's payload. Keys that are not known here are passed over. */
export function readHeader(payload: Buffer): Header {
  const reader = new Reader(payload);
  const size = reader.readMapSize();
  let type: number | undefined;
  let sync: number | bigint = 0;
  let schemaVersion = 0;
  for (let index = 0; index < size; index++) {
    const key = reader.read();
    const value = reader.read();
    if (key === headerKeys.type) type = asNumber(value);
    else if (key === headerKeys.sync) sync = typeof value === 'bigint' ? value : asNumber(value);
    else if (key === headerKeys.schemaVersion) schemaVersion = asNumber(value);
  }
  if (type === undefined) throw new ProtocolError('a header without a type');
  return { type, sync, schemaVersion, bodyStart: reader.position };
}

function asNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new ProtocolError('a header holds something else than unsigned integers');
}
