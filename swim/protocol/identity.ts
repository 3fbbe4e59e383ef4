/**
 * This member itself. Nobody else ever raises its incarnation: a payload or address change, and the refutation of
 * whatever bad is said about it, are each a new version.
 */

import { sameAddress } from './address.ts';
import type { Awareness } from './awareness.ts';
import type { Config } from './config.ts';
import type { Counters } from './counters.ts';
import type { Gossip } from './gossip.ts';
import { outbid } from './incarnation.ts';
import type { Member } from './member.ts';
import type { Members } from './members.ts';
import type { Address, Incarnation, MemberRecord } from './message.ts';
import type { Outbox } from './outbox.ts';

type Components = {
  readonly members: Members;
  readonly gossip: Gossip;
  readonly health: Awareness;
  readonly outbox: Outbox;
  readonly counters: Counters;
};

/** Two processes with one uuid would report each other without end. */
const conflictEveryMs = 10_000;

export class Identity {
  readonly #parts: Components;
  readonly #config: Config;
  #conflictAt = -Infinity;
  #blamedAt = -Infinity;

  constructor(components: Components, config: Config) {
    this.#parts = components;
    this.#config = config;
  }

  /** What others say about us. */
  heard(now: number, record: MemberRecord): void {
    const { members, counters } = this.#parts;
    const { self } = members;
    const order = self.newer(record.incarnation);
    if (order < 0) return;
    if (record.status === 'alive' && !sameAddress(record.address, self.address)) this.conflict(now, self, record.address);
    if (record.status === 'alive' && order === 0) return;
    if (record.status !== 'alive') {
      counters.refutations += 1;
      this.#blameOurselves(now);
    }
    this.#renew(now, outbid(self.incarnation, record.incarnation), () => {});
  }

  setPayload(now: number, payload: Uint8Array): void {
    const { self } = this.#parts.members;
    this.#renew(now, outbid(self.incarnation, self.incarnation), () => {
      self.payload = payload;
      self.payloadFresh = true;
    });
  }

  setAddress(now: number, address: Address): void {
    const { self } = this.#parts.members;
    this.#renew(now, outbid(self.incarnation, self.incarnation), () => {
      self.address = address;
    });
  }

  leave(): void {
    const { members } = this.#parts;
    members.change(members.self, () => {
      members.self.status = 'left';
    });
  }

  /** Somebody speaks for `member` from another address, in the same incarnation. */
  conflict(now: number, member: Member, claimed: Address): void {
    if (now - this.#conflictAt < conflictEveryMs) return;
    this.#conflictAt = now;
    this.#parts.outbox.event({ kind: 'conflict', member: member.view(), claimed });
  }

  /** Rarer than our own probes succeed while all is well: one bad link must not slow this member down for everybody. */
  #blameOurselves(now: number): void {
    const { health } = this.#parts;
    if (now - this.#blamedAt < this.#config.refutationPeriods * this.#config.periodMs * health.factor) return;
    this.#blamedAt = now;
    health.add(1);
  }

  #renew(now: number, incarnation: Incarnation, edit: () => void): void {
    const { members, gossip } = this.#parts;
    members.change(members.self, () => {
      members.self.incarnation = incarnation;
      edit();
    });
    gossip.burst(now, { uuid: members.self.uuid, payload: true });
  }
}
