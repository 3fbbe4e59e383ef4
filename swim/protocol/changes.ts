/**
 * The one place where a row about another member changes: it keeps the news, the events, the counters and the memory of
 * the dead in step with the table.
 */

import type { Config } from './config.ts';
import type { Counters } from './counters.ts';
import type { Deadlines } from './deadlines.ts';
import { sameAddress } from './address.ts';
import type { FlapDamping } from './flapDamping.ts';
import type { Gossip } from './gossip.ts';
import type { Member, Suspicion } from './member.ts';
import type { Members } from './members.ts';
import type { Address, Incarnation, MemberRecord, Status } from './message.ts';
import type { News } from './dissemination.ts';
import type { Outbox } from './outbox.ts';
import type { Rumour } from './postman.ts';
import type { Timer } from './timer.ts';

export type Claim = {
  readonly status: Status;
  readonly incarnation: Incarnation;
  readonly address?: Address;
  readonly payload?: Uint8Array;
  /** Belongs to the status `suspected`. */
  readonly suspicion?: Suspicion;
};

/** `gossip`: pass it on; `later`: most have heard it already; `burst`: it originates here; `none`: it would convince nobody. */
export type Spread = 'gossip' | 'later' | 'burst' | 'none';

type Components = {
  readonly members: Members;
  readonly gossip: Gossip;
  readonly news: News<Rumour>;
  readonly outbox: Outbox;
  readonly flaps: FlapDamping;
  readonly counters: Counters;
  readonly deadlines: Deadlines<Timer>;
};

export class Changes {
  readonly #parts: Components;
  readonly #config: Config;
  /** When each of the dead may be forgotten; one timer each, however often it dies. */
  readonly #forgetAt = new Map<string, number>();
  /** When a row last changed. */
  lastAt = -Infinity;

  constructor(components: Components, config: Config) {
    this.#parts = components;
    this.#config = config;
  }

  /** Undefined when the table is full. */
  join(now: number, record: MemberRecord): Member | undefined {
    const { members, counters, gossip, outbox } = this.#parts;
    if (members.full) {
      counters.membersRefused += 1;
      return undefined;
    }
    const member = members.add(record);
    this.lastAt = now;
    gossip.tell(now, { uuid: member.uuid, payload: true });
    outbox.event({ kind: 'join', member: member.view() });
    return member;
  }

  apply(now: number, member: Member, claim: Claim, spread: Spread): void {
    const { members, gossip, news } = this.#parts;
    const { status, address, payload, incarnation } = member;
    const newer = member.newer(claim.incarnation) > 0;
    members.change(member, () => {
      member.status = claim.status;
      member.incarnation = claim.incarnation;
      member.suspicion = claim.status === 'suspected' ? claim.suspicion : undefined;
      if (newer && claim.address !== undefined) member.address = claim.address;
      if (claim.payload !== undefined) member.payload = claim.payload;
      member.payloadFresh = claim.payload !== undefined || (member.payloadFresh && !newer);
    });
    this.lastAt = now;
    this.#account(now, member, { status, generation: incarnation.generation });
    this.#announce(member, { status, address, payload });
    const rumour = { uuid: member.uuid, payload: newer };
    if (spread === 'gossip') gossip.tell(now, rumour);
    else if (spread === 'later') gossip.tellLater(now, rumour);
    else if (spread === 'burst') gossip.burst(now, rumour);
    else news.forget(member.uuid);
  }

  /** A payload of the incarnation that we know, heard late: only our own gap is closed by it. */
  fillPayload(now: number, member: Member, payload: Uint8Array): void {
    const before = { status: member.status, address: member.address, payload: member.payload };
    this.#parts.members.change(member, () => {
      member.payload = payload;
      member.payloadFresh = true;
    });
    this.lastAt = now;
    this.#announce(member, before);
  }

  onForget(now: number, uuid: string): void {
    const { members, news, deadlines } = this.#parts;
    const member = members.get(uuid);
    const at = this.#forgetAt.get(uuid) ?? now;
    const dead = member !== undefined && !member.present;
    if (dead && now < at) return deadlines.add(at, { kind: 'forget', uuid });
    this.#forgetAt.delete(uuid);
    if (!dead) return;
    news.forget(uuid);
    members.forget(member);
  }

  #account(now: number, member: Member, before: { status: Status; generation: bigint }): void {
    const { counters, flaps } = this.#parts;
    const wasPresent = before.status === 'alive' || before.status === 'suspected';
    if (wasPresent && !member.present) this.#forgetLater(now, member.uuid);
    if (member.status !== 'alive' || before.generation !== member.incarnation.generation) return;
    if (before.status === 'suspected') counters.falseSuspicions += 1;
    if (before.status === 'dead') flaps.deathRefuted(now, member.uuid);
  }

  #forgetLater(now: number, uuid: string): void {
    const at = now + this.#config.forgetAfterMs;
    const armed = this.#forgetAt.has(uuid);
    this.#forgetAt.set(uuid, at);
    if (!armed) this.#parts.deadlines.add(at, { kind: 'forget', uuid });
  }

  #announce(member: Member, before: { status: Status; address: Address; payload: Uint8Array | undefined }): void {
    const { outbox } = this.#parts;
    const view = member.view();
    if (before.status !== member.status) outbox.event({ kind: eventOf[member.status], member: view });
    if (!sameAddress(before.address, member.address)) outbox.event({ kind: 'address', member: view });
    if (member.payload !== undefined && !sameBytes(before.payload, member.payload)) outbox.event({ kind: 'payload', member: view });
  }
}

const eventOf = { alive: 'alive', suspected: 'suspect', dead: 'dead', left: 'left' } as const satisfies Record<Status, string>;

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index]);
}
