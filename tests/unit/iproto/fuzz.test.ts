import { describe, expect, it } from 'vitest';
import { decodeData, decodePrepared, decodeSql, decode, encode, FrameReader, IprotoError, ProtocolError, readHeader, bodySlices, Reader, skipValue, TarantoolError } from '~/iproto/index.ts';
import { readLogin } from '~/iproto/server/login.ts';
import { recorded, step } from './recorded.ts';

/** mulberry32: the failing case is found again by its seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const sessions = [
  Buffer.from(recorded.opening.toServer, 'hex'),
  ...recorded.steps.flatMap(({ name }) => [step(name).request, step(name).response]).filter((bytes) => bytes.length < 2000),
];
const values = recorded.values.map(({ hex }) => Buffer.from(hex, 'hex'));

/** Bytes that mean something to a parser are likelier than others. */
const telling = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc4, 0xc7, 0xc9, 0xca, 0xcf, 0xd3, 0xd4, 0xd8, 0xdb, 0xdd, 0xdf, 0xff];

function mutated(random: (below: number) => number): Buffer {
  const originals = random(4) > 0 ? sessions : values;
  let bytes = Buffer.from(originals[random(originals.length)]!);
  for (let left = 1 + random(4); left > 0 && bytes.length > 0; left--) {
    const at = random(bytes.length);
    const kind = random(5);
    if (kind === 0) bytes[at] = random(256);
    else if (kind === 1) bytes[at] = telling[random(telling.length)]!;
    else if (kind === 2) bytes = bytes.subarray(0, at);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(4))]);
    else bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([telling[random(telling.length)]!]), bytes.subarray(at)]);
  }
  // Half of the frames get a length that fits, so that what is inside is reached.
  if (originals === sessions && bytes.length > 5 && random(2) === 0) {
    bytes[0] = 0xce;
    bytes.writeUInt32BE(bytes.length - 5, 1);
  }
  return bytes;
}

/** What the action throws, if it is of this library; anything else is a failure. */
function refusal(action: () => unknown): IprotoError | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof TarantoolError) return error;
    throw error;
  }
}

function useFrames(bytes: Buffer, onFrame: () => void): void {
  const reader = new FrameReader({ frameBytesMax: 1 << 16 });
  reader.push(bytes);
  for (let frame = reader.next(); frame; frame = reader.next()) {
    const { type, bodyStart } = readHeader(frame.payload);
    const response = { status: type, schemaVersion: 0, body: frame.payload.subarray(bodyStart) };
    for (const use of [decodeData, decodeSql, decodePrepared]) refusal(() => use(response));
    refusal(() => bodySlices(response.body));
    refusal(() => readLogin(response.body));
    onFrame();
  }
}

describe('100 000 mutated frames and values', () => {
  it('are read or refused, never worse, and skipping agrees with reading', { timeout: 120_000 }, () => {
    let [read, refused, frames] = [0, 0, 0];
    for (let seed = 1; seed <= 100_000; seed++) {
      const bytes = mutated(randomFrom(seed));
      try {
        const reader = new Reader(bytes);
        const readError = refusal(() => reader.read());
        // Skipping has no limit to nesting, so it may pass what reading refuses, never the other way round.
        let end = -1;
        refusal(() => (end = skipValue(bytes, 0)));
        if (readError === undefined && end !== reader.position) expect(end).toBe(reader.position);
        if (readError === undefined && seed % 10 === 0) {
          const written = encode(decode(bytes.subarray(0, end)));
          expect(encode(decode(written)).equals(written)).toBe(true);
        }
        refusal(() => useFrames(bytes, () => (frames += 1)));
        if (readError) refused += 1;
        else read += 1;
      } catch (error) {
        throw new Error(`seed ${seed}: ${bytes.toString('hex')}`, { cause: error });
      }
    }
    // The mutations must leave enough that is sound for the deeper code to be reached.
    expect(read).toBeGreaterThan(5_000);
    expect(refused).toBeGreaterThan(5_000);
    expect(frames).toBeGreaterThan(20_000);
  });
});
