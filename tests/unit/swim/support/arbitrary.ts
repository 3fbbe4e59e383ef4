/** Random messages of every shape that the wire can carry. */

import * as fc from 'fast-check';
import { uuidFromBytes } from '~/swim/codec/uuid.ts';
import type { Address, Incarnation, MemberRecord, Message, Section, Trailer } from '~/swim/protocol/message.ts';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

export const uuid = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .filter((bytes) => bytes.some((byte) => byte !== 0))
  .map(uuidFromBytes);

export const address: fc.Arbitrary<Address> = fc.record({
  host: fc.ipV4().filter((host) => host !== '0.0.0.0'),
  port: fc.integer({ min: 1, max: 65_535 }),
});

const incarnation: fc.Arbitrary<Incarnation> = fc.record({
  generation: fc.oneof(u64, fc.constant(1_795_229_589_110_322n), fc.constant(0n)),
  version: fc.oneof(u64, fc.bigInt({ min: 0n, max: 300n })),
});

export const member: fc.Arbitrary<MemberRecord> = fc.record(
  {
    status: fc.constantFrom('alive', 'suspected', 'dead', 'left'),
    address,
    uuid,
    incarnation,
    payload: fc.uint8Array({ maxLength: 80 }),
  },
  { requiredKeys: ['status', 'address', 'uuid', 'incarnation'] },
);

const members = fc.array(member, { maxLength: 5 });

const sections: fc.Arbitrary<Section[]> = fc
  .tuple(
    fc.option(
      fc.record({
        kind: fc.constant('failureDetection' as const),
        type: fc.constantFrom('ping' as const, 'ack' as const),
        incarnation,
      }),
    ),
    fc.option(fc.record({ kind: fc.constant('dissemination' as const), members })),
    fc.option(fc.record({ kind: fc.constant('antiEntropy' as const), members })),
    fc.option(fc.record({ kind: fc.constant('quit' as const), incarnation })),
  )
  .map((some) => some.filter((section) => section !== null))
  .chain((some) => fc.shuffledSubarray(some, { minLength: some.length }));

const sequence = fc.oneof(fc.maxSafeNat(), fc.nat(300));

export const trailer: fc.Arbitrary<Trailer> = fc.record(
  {
    sequence,
    echo: sequence,
    nack: fc.record({ kind: fc.constantFrom('request' as const, 'answer' as const), probe: sequence }),
    accusations: fc.array(fc.record({ suspect: uuid, accusers: fc.array(uuid, { maxLength: 4 }) }), { maxLength: 3 }),
    digest: u64,
  },
  { requiredKeys: ['sequence'] },
);

const parts = {
  version: fc.oneof(fc.constant(0x020600), fc.integer({ min: 1, max: 0xffff_ffff })),
  source: address,
  routing: fc.record({ source: address, target: address }),
  senderUuid: uuid,
  sections,
};

/** Without a trailer: what Tarantool could have sent. */
export const bareMessage: fc.Arbitrary<Message> = fc.record(parts, {
  requiredKeys: ['version', 'source', 'senderUuid', 'sections'],
});

export const ownMessage: fc.Arbitrary<Message> = fc.record(
  { ...parts, trailer },
  { requiredKeys: ['version', 'source', 'senderUuid', 'sections', 'trailer'] },
);
