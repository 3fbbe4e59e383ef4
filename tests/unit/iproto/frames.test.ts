import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, ProtocolError, readHeader, type Frame } from '~/iproto/index.ts';
import { recorded, step } from './recorded.ts';

const limits = { frameBytesMax: 1_000_000 };

/** What a reader makes of these chunks. */
function framesOf(chunks: Iterable<Buffer>, options = limits): Frame[] {
  const reader = new FrameReader(options);
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let frame = reader.next(); frame; frame = reader.next()) frames.push(frame);
  }
  expect(reader.bufferedBytes).toBe(0);
  return frames;
}

/** A frame as any peer may write it: `ccNN`, `cdNNNN`, one byte, ... */
function framed(payload: Buffer, form: 'fix' | 'cc' | 'cd' | 'ce' | 'cf' = 'ce'): Buffer {
  if (form === 'fix') return Buffer.concat([Buffer.from([payload.length]), payload]);
  const bytes = { cc: 1, cd: 2, ce: 4, cf: 8 }[form];
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(payload.length));
  return Buffer.concat([Buffer.from(form, 'hex'), length.subarray(8 - bytes), payload]);
}

const stream = Buffer.concat(recorded.steps.map(({ name }) => step(name).response));
const whole = framesOf([stream]);

describe('frames', () => {
  it('of a recorded session are all there, with their headers', () => {
    expect(whole.length).toBeGreaterThan(18);
    for (const frame of whole) expect(Number(readHeader(frame.payload).sync)).toBeGreaterThan(0);
  });
  it('are the same byte by byte', () => {
    const frames = framesOf([...stream].map((byte) => Buffer.from([byte])));
    expect(frames.length).toBe(whole.length);
    frames.forEach((frame, index) => expect(frame.payload.equals(whole[index]!.payload)).toBe(true));
  });
  it('are the same at every split', () => {
    const small = Buffer.concat(['ping', 'errorStack', 'push', 'duplicate'].map((name) => step(name).response));
    const expected = framesOf([small]);
    for (let at = 0; at <= small.length; at++) expect(framesOf([small.subarray(0, at), small.subarray(at)])).toEqual(expected);
  });
  it('are the same in any chunks', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 }), (sizes) => {
      const chunks: Buffer[] = [];
      let at = 0;
      for (const size of sizes) chunks.push(stream.subarray(at, (at += size)));
      const frames = framesOf([...chunks, stream.subarray(at)]);
      expect(frames.length).toBe(whole.length);
      frames.forEach((frame, index) => expect(frame.payload.equals(whole[index]!.payload)).toBe(true));
    }), { numRuns: 100 });
  });
  it('may have a length of any width', () => {
    const payload = Buffer.from('8200400101', 'hex');
    for (const form of ['fix', 'cc', 'cd', 'ce', 'cf'] as const) {
      const bytes = framed(payload, form);
      expect(framesOf([...bytes].map((byte) => Buffer.from([byte]))).map((frame) => frame.payload)).toEqual([payload]);
    }
  });
  it('are not copied when a chunk holds them whole', () => {
    const chunk = framed(Buffer.from('8200400101', 'hex'));
    expect(framesOf([chunk])[0]!.payload.buffer).toBe(chunk.buffer);
  });
});

describe('frames beyond the limit', () => {
  const small = framed(Buffer.from('8200400101', 'hex'));
  const large = framed(Buffer.concat([Buffer.from('8200000102', 'hex'), Buffer.alloc(10_000)]));
  it('are told by their head and dropped, and the next one is sound, in whatever chunks', () => {
    const bytes = Buffer.concat([small, large, small]);
    for (const size of [1, 7, 64, 1000, 100_000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      const frames = framesOf(chunks, { frameBytesMax: 100 });
      expect(frames.map(({ oversized, lengthBytes }) => [oversized, lengthBytes])).toEqual([[false, 5], [true, 10_005], [false, 5]]);
      expect(readHeader(frames[1]!.payload).sync).toBe(2);
    }
  });
  it('are not kept in memory while they come', () => {
    const reader = new FrameReader({ frameBytesMax: 100 });
    reader.push(large.subarray(0, 100));
    expect(reader.next()?.oversized).toBe(true);
    for (let at = 100; at < 10_000; at += 100) {
      reader.push(large.subarray(at, at + 100));
      expect(reader.next()).toBe(undefined);
      expect(reader.bufferedBytes).toBe(0);
    }
  });
});

describe('what is no frame', () => {
  it.each([['nil', Buffer.from('c0', 'hex')], ['a string', Buffer.from('a161', 'hex')], ['a negative length', Buffer.from('ff00', 'hex')], ['2^60 bytes', Buffer.from('cf1000000000000000', 'hex')]])('is refused: %s', (_, bytes) => {
    const reader = new FrameReader(limits);
    reader.push(bytes);
    expect(() => { while (reader.next()); }).toThrow(ProtocolError);
  });
});

describe('headers', () => {
  it.each([['no map', '01'], ['no type', '810101'], ['a type that is text', '8200a161'], ['a negative sync', '82000001ff'], ['empty', '']])('refuses one with %s', (_, hex) => {
    expect(() => readHeader(Buffer.from(hex, 'hex'))).toThrow(ProtocolError);
  });
  it('passes over keys that it does not know, and keeps a 64-bit sync exact', () => {
    const bytes = Buffer.from('85000101cf80000000000000010a05a17892c0c0050980', 'hex');
    expect(readHeader(bytes)).toEqual({ type: 1, sync: 2n ** 63n + 1n, schemaVersion: 9, bodyStart: bytes.length - 1 });
  });
});
