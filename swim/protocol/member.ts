/**
 * What is known about one member: a mutable row of the table. There may be thousands, so addresses, flags, times and round
 * trips are kept as small integers, and large values are put together only when somebody asks.
 */

import type { MemberView } from './effect.ts';
import { combine, hashText } from './hash.ts';
import type { Ordered } from './incarnation.ts';
import { statuses, type Address, type Incarnation, type MemberRecord, type Status } from './message.ts';
import { addRoundTrip, srttMs, timeoutMs, type RoundTrip } from './rtt.ts';
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

/** What the small integer `#bits` holds beside the port in its lowest 16 bits. */
const statusShift = 16;
const freshBit = 1 << 18;
const plainBit = 1 << 19;
const trailerBit = 1 << 20;
/** `heardAt` is kept this coarsely. */
const heardStepMs = 100;

export class Member {
  readonly uuid: string;
  readonly hash: number;
  payload: Uint8Array | undefined;
  suspicion: Suspicion | undefined = undefined;
  #host = 0;
  #bits = 0;
  #generation: bigint | number = 0;
  #version: bigint | number = 0;
  #heard: number | undefined = undefined;
  #trip: RoundTrip = 0;

  constructor(record: MemberRecord) {
    this.uuid = record.uuid;
    this.hash = hashText(record.uuid) | 0;
    this.address = record.address;
    this.incarnation = record.incarnation;
    this.status = record.status;
    this.payload = record.payload;
    this.payloadFresh = record.payload !== undefined;
  }

  get address(): Address {
    return { host: hostText(this.#host), port: this.#bits & 0xffff };
  }

  set address({ host, port }: Address) {
    this.#host = hostNumber(host);
    this.#bits = (this.#bits & ~0xffff) | (port & 0xffff);
  }

  livesAt(address: Address): boolean {
    return (this.#bits & 0xffff) === address.port && this.#host === hostNumber(address.host);
  }

  get incarnation(): Incarnation {
    return { generation: BigInt(this.#generation), version: BigInt(this.#version) };
  }

  set incarnation({ generation, version }: Incarnation) {
    this.#generation = compact(generation);
    this.#version = compact(version);
  }

  /** Positive: the claim is newer than what is known; zero: of the same incarnation. */
  newer(claim: Ordered): number {
    if (claim.generation < this.#generation) return -1;
    if (claim.generation > this.#generation) return 1;
    if (claim.version < this.#version) return -1;
    return claim.version > this.#version ? 1 : 0;
  }

  get status(): Status {
    return statuses[(this.#bits >> statusShift) & 3] ?? 'alive';
  }

  set status(status: Status) {
    this.#bits = (this.#bits & ~(3 << statusShift)) | (statuses.indexOf(status) << statusShift);
  }

  /** Counts for the size of the group, is probed and told news. */
  get present(): boolean {
    return ((this.#bits >> statusShift) & 2) === 0;
  }

  /** False: the payload is of an older incarnation, or was never seen. */
  get payloadFresh(): boolean {
    return (this.#bits & freshBit) !== 0;
  }

  set payloadFresh(fresh: boolean) {
    this.#bits = fresh ? this.#bits | freshBit : this.#bits & ~freshBit;
  }

  /** False: a plain Tarantool member; undefined: never heard directly. */
  get trailer(): boolean | undefined {
    if ((this.#bits & trailerBit) !== 0) return true;
    return (this.#bits & plainBit) === 0 ? undefined : false;
  }

  /** A ping or ack of its own reached us. */
  heard(now: number, options: { trailer: boolean }): void {
    this.#heard = Math.floor(now / heardStepMs);
    this.#bits = (this.#bits & ~(trailerBit | plainBit)) | (options.trailer ? trailerBit : plainBit);
  }

  /** Within 0.1 s, never too late. */
  get heardAt(): number {
    return this.#heard === undefined ? -Infinity : this.#heard * heardStepMs;
  }

  answeredAfter(sampleMs: number): void {
    this.#trip = addRoundTrip(this.#trip, sampleMs);
  }

  /** From measured round trips; undefined: none was. */
  get timeoutMs(): number | undefined {
    return this.#trip === 0 ? undefined : timeoutMs(this.#trip);
  }

  record(options: { payload: boolean }): MemberRecord {
    const { status, address, uuid, incarnation, payload } = this;
    const shown = options.payload && this.payloadFresh && payload !== undefined;
    return { status, address, uuid, incarnation, ...(shown && { payload }) };
  }

  view(): MemberView {
    const { uuid, address, status, incarnation, payload, trailer } = this;
    return {
      uuid,
      address,
      status,
      incarnation,
      ...(payload && { payload }),
      ...(trailer !== undefined && { trailer }),
      ...(this.#trip !== 0 && { rttMs: srttMs(this.#trip) }),
    };
  }
}

/** How far the member is from being the one to look at a suspect: the lowest few look. */
export function witnessRank(memberHash: number, suspectHash: number): number {
  return combine(memberHash, suspectHash);
}

function hostNumber(host: string): number {
  let number = 0;
  let part = 0;
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i);
    if (code !== 46) part = part * 10 + code - 48;
    else {
      number = (number << 8) | part;
      part = 0;
    }
  }
  return (number << 8) | part;
}

function hostText(host: number): string {
  return `${host >>> 24}.${(host >>> 16) & 255}.${(host >>> 8) & 255}.${host & 255}`;
}

/** A number takes less room than a bigint, and is exact up to 2^53: microseconds until the year 2255. */
function compact(value: bigint): bigint | number {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
