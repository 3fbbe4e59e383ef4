/** What is known about one member: a mutable row of the table. */

import type { MemberView } from './effect.ts';
import { combine, hashText } from './hash.ts';
import type { Address, Incarnation, MemberRecord, Status } from './message.ts';
import type { RoundTrip } from './rtt.ts';
import type { SuspicionBounds } from './suspicionTime.ts';

export type Suspicion = {
  /** When the ping was sent that nobody answered. */
  startedAt: number;
  readonly bounds: SuspicionBounds;
  /** Members that saw the silence themselves, the first accuser first. */
  readonly accusers: string[];
  /** Those among them whom the suspect's address refused, twice. */
  readonly refusers: string[];
};

export class Member {
  readonly uuid: string;
  readonly hash: number;
  address: Address;
  incarnation: Incarnation;
  status: Status;
  payload: Uint8Array | undefined;
  /** False: the payload is of an older incarnation, or was never seen. */
  payloadFresh: boolean;
  /** False: a plain Tarantool member; undefined: never heard directly. */
  trailer: boolean | undefined = undefined;
  /** When a datagram of its own last reached us. */
  heardAt = -Infinity;
  rtt: RoundTrip | undefined = undefined;
  suspicion: Suspicion | undefined = undefined;

  constructor(record: MemberRecord) {
    this.uuid = record.uuid;
    this.hash = hashText(record.uuid);
    this.address = record.address;
    this.incarnation = record.incarnation;
    this.status = record.status;
    this.payload = record.payload;
    this.payloadFresh = record.payload !== undefined;
  }

  /** Counts for the size of the group, is probed and told news. */
  get present(): boolean {
    return this.status === 'alive' || this.status === 'suspected';
  }

  record(options: { payload: boolean }): MemberRecord {
    const { status, address, uuid, incarnation, payload } = this;
    const shown = options.payload && this.payloadFresh && payload !== undefined;
    return { status, address, uuid, incarnation, ...(shown && { payload }) };
  }

  view(): MemberView {
    const { uuid, address, status, incarnation, payload, trailer, rtt } = this;
    return {
      uuid,
      address,
      status,
      incarnation,
      ...(payload && { payload }),
      ...(trailer !== undefined && { trailer }),
      ...(rtt && { rttMs: rtt.srttMs }),
    };
  }
}

/** How far the member is from being the one to look at a suspect: the lowest few look. */
export function witnessRank(memberHash: number, suspectHash: number): number {
  return combine(memberHash, suspectHash);
}
