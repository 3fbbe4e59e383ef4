import { describe, expect, test } from 'vitest';
import type { MemberRecord, Section } from '~/swim/protocol/message.ts';
import { decodePacket, encodePacket, forwardPacket } from '~/swim/codec/packet.ts';
import { openTarantool, sealTarantool, type TarantoolCipher } from '~/swim/codec/tarantool-cipher.ts';
import { plainNames, sealedNames, vectorBytes, vectorJson, vectorNames } from '../support/vectors.ts';

const plain = { sealed: false };

function decode(bytes: Uint8Array) {
  const decoded = decodePacket(bytes, plain);
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded;
}

function cipherOf(name: string): TarantoolCipher {
  const { algo, mode, key_ascii: key } = vectorJson(name);
  return { algorithm: algo, mode, key: Buffer.from(key) };
}

/** The shape of the recorded JSON. */
function asRecorded(sections: readonly Section[]) {
  const members = (list: readonly MemberRecord[]) =>
    list.map((member) => ({
      status: member.status,
      address: member.address.host,
      port: member.address.port,
      uuid: member.uuid,
      generation: Number(member.incarnation.generation),
      version: Number(member.incarnation.version),
      ...(member.payload && { payload: Buffer.from(member.payload).toString('hex') }),
    }));
  return Object.fromEntries(
    sections.map((section) => {
      if (section.kind === 'dissemination') return ['dissemination', members(section.members)];
      if (section.kind === 'antiEntropy') return ['anti_entropy', members(section.members)];
      const { generation, version } = section.incarnation;
      const incarnation = { generation: Number(generation), version: Number(version) };
      if (section.kind === 'quit') return ['quit', incarnation];
      return ['failure_detection', { type: section.type, ...incarnation }];
    }),
  );
}

test('there are 18 recorded packets', () => {
  expect(vectorNames).toHaveLength(18);
  expect(sealedNames).toHaveLength(6);
});

describe.each(plainNames)('%s', (name) => {
  test('says what was recorded', () => {
    const { message } = decode(vectorBytes(name));
    const { meta, body } = JSON.parse(JSON.stringify(vectorJson(name)), (key, value) =>
      key === 'payload_decoded' ? undefined : value,
    );
    expect(message.version).toBe(meta.tarantool_version);
    expect(message.source).toEqual({ host: meta.src_address, port: meta.src_port });
    const { source, target } = message.routing ?? {};
    expect([source?.host, source?.port, target?.host, target?.port]).toEqual(
      ['src_address', 'src_port', 'dst_address', 'dst_port'].map((key) => meta.routing?.[key]),
    );
    expect({ src_uuid: message.senderUuid, ...asRecorded(message.sections) }).toEqual(body);
    expect(message.trailer).toBeUndefined();
  });

  test('comes out byte for byte', () => {
    const bytes = vectorBytes(name);
    expect(Buffer.from(encodePacket(decode(bytes).message, plain) ?? []).toString('hex')).toBe(
      Buffer.from(bytes).toString('hex'),
    );
  });
});

describe.each(sealedNames)('%s', (name) => {
  test('opens to the recorded plaintext and seals so that it opens again', () => {
    const cipher = cipherOf(name);
    const expected = Buffer.from(vectorBytes('20-enc-plaintext'));
    const opened = openTarantool(cipher, vectorBytes(name));
    expect(Buffer.from(opened ?? []).equals(expected)).toBe(true);
    const sealed = sealTarantool(cipher, expected);
    expect(sealed).toHaveLength(vectorBytes(name).length);
    expect(Buffer.from(openTarantool(cipher, sealed) ?? []).equals(expected)).toBe(true);
  });

  test('cut anywhere it gives no exception', () => {
    const bytes = vectorBytes(name);
    for (let length = 0; length < bytes.length; length++) {
      const opened = openTarantool(cipherOf(name), bytes.subarray(0, length));
      if (opened !== undefined) expect(opened.length).toBeLessThan(bytes.length);
    }
  });
});

test('a forwarded ping is what a Tarantool proxy makes of it', () => {
  const bytes = vectorBytes('05-suspected-indirect-ping');
  const { message, bodyOffset } = decode(bytes);
  const proxy = decode(vectorBytes('06-forwarded-ping')).message.source;
  const forwarded = forwardPacket(bytes, bodyOffset, { ...message, source: proxy });
  expect(Buffer.from(forwarded ?? []).equals(vectorBytes('06-forwarded-ping'))).toBe(true);
});
