import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader, frameOf } from '~/link/frames.ts';
import { BodyTooLarge } from '~/link/node-http.ts';

const bytesMax = 1024 * 1024;
const whole = (head: object, parts: readonly (string | Buffer)[]) => Buffer.concat(frameOf(head, parts));

test('a frame is the same at every split', () => {
  const frame = whole({ call: 'ping', n: 'é' }, ['{"a":', Buffer.from('1}')]);
  for (let at = 0; at <= frame.length; at++) {
    const reader = new FrameReader(bytesMax);
    const read = [frame.subarray(0, at), frame.subarray(at)].map((piece) => reader.push(piece)).find((found) => found !== null);
    expect(read?.head).toEqual({ call: 'ping', n: 'é' });
    expect(read?.body.toString()).toBe('{"a":1}');
  }
});

test('frames of any size come one after the other, in any pieces', () => {
  const frames = fc.array(fc.record({ head: fc.record({ status: fc.nat() }), body: fc.uint8Array({ maxLength: 40_000 }) }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 20_000 }), (sent, pieceBytes) => {
      const reader = new FrameReader(bytesMax);
      for (const { head, body } of sent) {
        const frame = whole(head, [Buffer.from(body)]);
        for (let at = 0; at < frame.length; at += pieceBytes) {
          const read = reader.push(frame.subarray(at, at + pieceBytes));
          if (at + pieceBytes < frame.length) expect(read).toBeNull();
          else expect({ head: read?.head, body: read?.body.equals(body) }).toEqual({ head, body: true });
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a small frame is one piece, a big body is not copied', () => {
  const big = Buffer.alloc(100_000);
  expect(frameOf({}, ['small'])).toHaveLength(1);
  expect(frameOf({}, [big])).toContain(big);
});

test('what is no frame is refused before more of it is read', () => {
  const sizes = (head: number, body: number) => {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(head, 0);
    prefix.writeUInt32BE(body, 4);
    return prefix;
  };
  expect(() => new FrameReader(bytesMax).push(sizes(100_000, 0))).toThrow('a head of 100000 bytes');
  expect(() => new FrameReader(bytesMax).push(sizes(10, bytesMax + 1))).toThrow(BodyTooLarge);
  expect(() => new FrameReader(bytesMax).push(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toThrow('a head of');
  expect(() => new FrameReader(bytesMax).push(Buffer.concat([sizes(2, 0), Buffer.from('{]')]))).toThrow();
  expect(() => new FrameReader(bytesMax).push(Buffer.concat([whole({}, ['x']), Buffer.from([1])]))).toThrow('more came than was asked for');
});
