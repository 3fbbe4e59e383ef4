import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Member } from '~/swim/protocol/member.ts';
import { Members } from '~/swim/protocol/members.ts';
import { statuses, type MemberRecord } from '~/swim/protocol/message.ts';
import { seeded } from '~/swim/simulator/random.ts';
import { incarnation, member } from './support.ts';

function members(records: readonly MemberRecord[]): Members {
  const table = new Members({ random: seeded(1), self: new Member(member(0, { payload: new Uint8Array() })) }, { membersMax: 1_000 });
  for (const record of records) table.add(record);
  return table;
}

const payloads = fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined });
const records = fc.uniqueArray(
  fc.record({ number: fc.integer({ min: 1, max: 30 }), status: fc.constantFrom(...statuses), version: fc.nat({ max: 3 }), payload: payloads }).map(({ number, payload, ...rest }) => member(number, { ...rest, ...(payload && { payload }) })),
  { selector: (record) => record.uuid, maxLength: 20 },
);

describe('member table', () => {
  test('the digest depends on what is known, not on the order or the way there', () => {
    fc.assert(
      fc.property(records, fc.nat(), (list, seed) => {
        const random = seeded(seed);
        const shuffled = list.map((record) => ({ record, lot: random() })).toSorted((a, b) => a.lot - b.lot).map(({ record }) => record);
        const detour = members(shuffled.map((record) => ({ ...record, status: 'suspected' as const })));
        for (const record of shuffled) {
          const row = detour.get(record.uuid);
          if (row !== undefined) detour.change(row, () => (row.status = record.status));
        }
        expect(detour.digest).toBe(members(list).digest);
      }),
    );
  });

  test('any difference among the living changes the digest', () => {
    const list = [member(1), member(2), member(3, { payload: new Uint8Array(1) })];
    const variants = [
      list,
      list.slice(1),
      [...list, member(4)],
      list.with(0, member(1, { version: 1 })),
      list.with(0, member(1, { generation: 101 })),
      list.with(0, member(1, { status: 'suspected' })),
      list.with(0, member(1, { payload: new Uint8Array(1) })),
    ];
    expect(new Set(variants.map((variant) => members(variant).digest)).size).toBe(variants.length);
  });

  test('the dead and departed are in no digest, not probed and not counted', () => {
    const table = members([member(1), member(2, { status: 'dead' }), member(3, { status: 'left' })]);
    expect(table.digest).toBe(members([member(1)]).digest);
    expect(table.groupSize).toBe(2);
    expect(table.size).toBe(3);
  });

  test('a row gives back what was put in', () => {
    const hosts = fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 }), fc.nat({ max: 255 }), fc.nat({ max: 255 })).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(records, hosts, fc.integer({ min: 1, max: 65_535 }), (list, host, port) => {
        for (const record of list) {
          const row = new Member({ ...record, address: { host, port } });
          expect(row.record({ payload: true })).toEqual({ ...record, address: { host, port } });
          expect(row.livesAt({ host, port })).toBe(true);
          expect(row.livesAt({ host, port: (port % 65_535) + 1 })).toBe(false);
          row.heard(12_345, { trailer: false });
          row.payloadFresh = false;
          row.status = 'alive';
          expect(row.record({ payload: true })).toEqual({ uuid: record.uuid, status: 'alive', incarnation: record.incarnation, address: { host, port } });
          expect(row.trailer).toBe(false);
          expect(row.heardAt).toBe(12_300);
        }
      }),
    );
  });

  test('everyone who knows the same group names the same witnesses, never the suspect or its accuser', () => {
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    const named = (viewer: number, accuser: string): string[] => {
      const table = new Members({ random: seeded(viewer), self: new Member(member(viewer)) }, { membersMax: 100 });
      for (const number of numbers) if (number !== viewer) table.add(member(number));
      const suspect = table.get(member(0).uuid);
      if (suspect === undefined) throw new Error('no suspect');
      suspect.suspicion = { startedAt: 0, bounds: { minMs: 1, maxMs: 1, k: 2 }, accusers: [accuser], refusers: [] };
      return table.witnesses(suspect, 2).map((witness) => witness.uuid);
    };
    const unaccused = named(1, member(99).uuid);
    expect(unaccused.length).toBe(2);
    expect(unaccused).not.toContain(member(0).uuid);
    const [accuser = '', other = ''] = unaccused;
    const chosen = numbers.slice(1).map((viewer) => named(viewer, accuser));
    for (const witnesses of chosen) {
      expect(witnesses).toEqual(chosen[0]);
      expect(witnesses).toContain(other);
      expect(witnesses).not.toContain(accuser);
    }
  });

  test('samples begin with the newest changes and see everyone in time', () => {
    const table = members(Array.from({ length: 50 }, (_, index) => member(index + 1)));
    const changed = table.get(member(7).uuid);
    if (changed !== undefined) table.change(changed, () => (changed.incarnation = incarnation(5)));
    expect(table.sample(8)[0]).toBe(changed);
    const seen = new Set<Member>();
    for (let i = 0; i < 20; i++) for (const row of table.sample(8)) seen.add(row);
    expect(seen.size).toBe(50);
  });
});
