import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { datagramBytesMax, decodePacket, encodePacket, forwardPacket } from '~/swim/codec/packet.ts';
import type { Message } from '~/swim/protocol/message.ts';
import { address, bareMessage, member, ownMessage } from '../support/arbitrary.ts';

const plain = { sealed: false };
const sealed = { sealed: true };

function encoded(message: Message, options = plain): Uint8Array {
  const bytes = encodePacket(message, options);
  if (bytes === undefined) throw new Error('too long');
  return bytes;
}

function decoded(bytes: Uint8Array, options = plain) {
  const result = decodePacket(bytes, options);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

test('what is encoded decodes to the same message', () => {
  fc.assert(
    fc.property(fc.oneof(bareMessage, ownMessage), fc.boolean(), (message, inEnvelope) => {
      const options = { sealed: inEnvelope };
      expect(decoded(encoded(message, options), options).message).toEqual(message);
    }),
    { numRuns: 500 },
  );
});

test('a decoded packet comes out with the same bytes', () => {
  fc.assert(
    fc.property(fc.oneof(bareMessage, ownMessage), (message) => {
      const bytes = encoded(message);
      expect(Buffer.from(encoded(decoded(bytes).message)).equals(bytes)).toBe(true);
    }),
  );
});

test('cut anywhere a packet with a trailer is refused', () => {
  fc.assert(
    fc.property(ownMessage, fc.nat(), (message, cut) => {
      const bytes = encoded(message);
      const length = cut % bytes.length;
      const result = decodePacket(bytes.subarray(0, length), plain);
      // A cut exactly behind the body leaves a whole packet without trailer: that is what it is.
      expect(result.ok && result.message.trailer !== undefined).toBe(false);
    }),
  );
});

test('a changed bit behind the meta map does not get past the checksum', () => {
  fc.assert(
    fc.property(ownMessage, fc.nat(), fc.nat(7), (message, where, bit) => {
      const bytes = Uint8Array.from(encoded(message));
      const { bodyOffset } = decoded(bytes);
      const at = bodyOffset + (where % (bytes.length - bodyOffset));
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      const result = decodePacket(bytes, plain);
      // A flip in the version bits makes the trailer one of a later version, which is passed over.
      expect(result.ok && result.message.trailer !== undefined).toBe(false);
    }),
  );
});

test('a forwarded packet keeps everything but the source, checksum included', () => {
  fc.assert(
    fc.property(ownMessage, address, (message, proxy) => {
      const bytes = encoded(message);
      const { bodyOffset } = decoded(bytes);
      const forwarded = forwardPacket(bytes, bodyOffset, { ...message, source: proxy });
      expect(decoded(forwarded ?? new Uint8Array()).message).toEqual({ ...message, source: proxy });
    }),
  );
});

describe('the length limit', () => {
  const many = fc.array(member, { minLength: 40, maxLength: 60 });

  test('leaves out anti-entropy records from the end, and only as many as needed', () => {
    fc.assert(
      fc.property(ownMessage, many, (message, members) => {
        const long: Message = { ...message, sections: [{ kind: 'antiEntropy', members }] };
        const bytes = encoded(long);
        expect(bytes.length).toBeLessThanOrEqual(datagramBytesMax);
        const [section] = decoded(bytes).message.sections;
        const kept = section?.kind === 'antiEntropy' ? section.members : [];
        expect(kept).toEqual(members.slice(0, kept.length));
        expect(bytes.length).toBeGreaterThan(datagramBytesMax - 200);
      }),
      { numRuns: 50 },
    );
  });

  test('spares dissemination until anti-entropy is empty', () => {
    fc.assert(
      fc.property(ownMessage, many, fc.array(member, { maxLength: 3 }), (message, members, news) => {
        const long: Message = {
          ...message,
          sections: [
            { kind: 'antiEntropy', members },
            { kind: 'dissemination', members: news },
          ],
        };
        const { sections } = decoded(encoded(long)).message;
        expect(sections.find((section) => section.kind === 'dissemination')).toEqual(long.sections[1]);
      }),
      { numRuns: 50 },
    );
  });

  test('in an envelope it is ten bytes less', () => {
    const payload = new Uint8Array(1200);
    fc.assert(
      fc.property(ownMessage, fc.array(member, { minLength: 20, maxLength: 20 }), (message, members) => {
        const sections: Message['sections'] = [
          { kind: 'antiEntropy', members: [...members.map((one) => ({ ...one, payload })), ...members] },
        ];
        expect(encoded({ ...message, sections }, sealed).length).toBeLessThanOrEqual(1430);
      }),
      { numRuns: 20 },
    );
  });

  test('a longer datagram is refused unread, a forwarded one that grew too long is not sent', () => {
    expect(decodePacket(new Uint8Array(1441), plain)).toEqual({ ok: false, reason: 'datagram is too long' });
    const [first] = fc.sample(ownMessage, 1);
    if (first === undefined) throw new Error('no sample');
    expect(forwardPacket(new Uint8Array(1440), 10, first)).toBeUndefined();
  });
});
