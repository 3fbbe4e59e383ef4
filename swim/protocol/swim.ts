/**
 * SWIM with Lifeguard, as one machine without I/O: time and random numbers come in as arguments, effects go out as
 * values. The caller feeds `receive`, `tick` and the others, performs what they return, and calls `tick` again no later
 * than `wakeAt`. After a late wake-up it drains its socket first and then ticks; the machine forgives itself nothing
 * it could not hear meanwhile.
 */

import { sameAddress } from './address.ts';
import type { Config } from './config.ts';
import type { Effect, MemberView } from './effect.ts';
import { compareIncarnation } from './incarnation.ts';
import type { Member } from './member.ts';
import type { Address, Message, MemberRecord, Section } from './message.ts';
import { build, type Parts, type ProtocolOptions } from './parts.ts';
import type { Letter } from './postman.ts';
import { statsOf, type Stats } from './stats.ts';
import type { Timer } from './timer.ts';

export type { ProtocolOptions } from './parts.ts';
export type { Stats } from './stats.ts';

/** Sent twice, in case the first one is lost. */
const farewellAgainAfterMs = 50;

export class Protocol {
  readonly #config: Config;
  readonly #parts: Parts;
  readonly #strangersProve: boolean;
  #lateNoticed = false;
  #started = false;

  constructor(components: { random: () => number }, options: ProtocolOptions) {
    this.#config = options.config;
    this.#strangersProve = options.strangersProve === true;
    this.#parts = build(components, options);
  }

  /** The earliest moment at which `tick` has something to do. */
  wakeAt(): number {
    if (!this.#started) return -Infinity;
    const { deadlines } = this.#parts;
    deadlines.dropWhile((timer) => this.#isOver(timer));
    return deadlines.nextAt();
  }

  tick(now: number): Effect[] {
    const { deadlines } = this.#parts;
    if (!this.#started) this.#start(now);
    const lateMs = now - deadlines.nextAt();
    if (!this.#lateNoticed && lateMs > this.#config.timerLateMsMax) this.#late(now, lateMs);
    this.#lateNoticed = false;
    for (let count = 0; count < this.#config.timersPerTickMax; count++) {
      const timer = deadlines.takeDue(now);
      if (timer === undefined) break;
      this.#fire(now, timer);
    }
    return this.#drain();
  }

  /** The caller's own timer fired `lateMs` too late. To be called before the socket is drained; `tick` sees it by itself too. */
  timerLate(now: number, lateMs: number): void {
    if (lateMs <= this.#config.timerLateMsMax) return;
    this.#late(now, lateMs);
    this.#lateNoticed = true;
  }

  /** `from` is where the datagram came from; answers go to the source it names. */
  receive(now: number, message: Message, from: Address): Effect[] {
    const { members, counters, relays, identity } = this.#parts;
    counters.received += 1;
    const { self } = members;
    if (self.status === 'left') return [];
    if (message.senderUuid === self.uuid) {
      if (!sameAddress(message.source, self.address) && !sameAddress(from, self.address)) identity.conflict(now, self, message.source);
    } else if (message.routing !== undefined && !sameAddress(message.routing.target, self.address)) {
      relays.forward(now, message, message.routing);
    } else {
      this.#read(now, message);
    }
    return this.#drain();
  }

  /** Tells everybody; afterwards the machine is silent. */
  leave(now: number): Effect[] {
    const { members, identity, deadlines } = this.#parts;
    if (members.self.status === 'left') return [];
    identity.leave();
    this.#farewell();
    deadlines.clear();
    deadlines.add(now + farewellAgainAfterMs, { kind: 'farewell' });
    this.#started = true;
    return this.#drain();
  }

  /** At most 1200 bytes, opaque. */
  setPayload(now: number, payload: Uint8Array): Effect[] {
    if (payload.length > this.#config.payloadBytesMax) throw new RangeError(`payload has ${payload.length} bytes, at most ${this.#config.payloadBytesMax} are allowed`);
    this.#parts.identity.setPayload(now, payload);
    return this.#drain();
  }

  setAddress(now: number, address: Address): Effect[] {
    this.#parts.identity.setAddress(now, address);
    return this.#drain();
  }

  /** Pings an address; whoever answers becomes a member. */
  probe(_now: number, address: Address): Effect[] {
    this.#parts.contacts.greet(address);
    return this.#drain();
  }

  /** The answer to `checkEvidence`: the address refused the connection. */
  evidence(now: number, seen: { uuid: string; kind: 'refused' }): Effect[] {
    const member = this.#parts.members.get(seen.uuid);
    if (member !== undefined) this.#parts.evidence.refused(now, member);
    return this.#drain();
  }

  /** What came over TCP. */
  mergeFull(now: number, records: readonly MemberRecord[]): Effect[] {
    const { hearing } = this.#parts;
    for (const record of records.slice(0, this.#config.membersMax)) hearing.hear(now, record, { kind: 'table' });
    return this.#drain();
  }

  fullState(): MemberRecord[] {
    const { members } = this.#parts;
    return [members.self, ...members.all()].map((member) => member.record({ payload: true }));
  }

  /** Everyone else, dead ones included while they are remembered. */
  members(): MemberView[] {
    return [...this.#parts.members.all()].map((member) => member.view());
  }

  self(): MemberView {
    return this.#parts.members.self.view();
  }

  stats(): Stats {
    return statsOf(this.#parts);
  }

  /** Of the whole member table: two members that agree have the same. Cheap, where `stats` copies every counter. */
  digest(): bigint {
    return this.#parts.members.digest;
  }

  #start(now: number): void {
    const { deadlines, gossip, members, changes } = this.#parts;
    this.#started = true;
    changes.lastAt = now;
    deadlines.add(now, { kind: 'seed' });
    // Members that start together must not probe together.
    deadlines.add(now + this.#parts.random() * this.#config.periodMs, { kind: 'period' });
    deadlines.add(now + this.#parts.random() * this.#config.reconnectEveryMs, { kind: 'reconnect' });
    deadlines.add(now + (0.5 + this.#parts.random()) * this.#config.fullSyncEveryMs, { kind: 'fullSync' });
    gossip.tell(now, { uuid: members.self.uuid, payload: true });
  }

  /** Most time-outs are: the answer came. */
  #isOver(timer: Timer): boolean {
    const { detector, relays } = this.#parts;
    if (timer.kind === 'ack' || timer.kind === 'indirect') return detector.pending(timer.probe.uuid) !== timer.probe;
    return timer.kind === 'relay' && !relays.watches(timer.relay);
  }

  #fire(now: number, timer: Timer): void {
    const { detector, gossip, relays, suspicions, evidence, contacts, changes, sync } = this.#parts;
    switch (timer.kind) {
      case 'period':
        return detector.onPeriod(now);
      case 'gossip':
        return gossip.onTimer(now);
      case 'ack':
        return detector.onAckTimeout(now, timer.probe);
      case 'indirect':
        return detector.onIndirectTimeout(now, timer.probe);
      case 'relay':
        return relays.onTimer(timer.relay);
      case 'suspicion':
        return suspicions.onTimer(now, timer);
      case 'refused':
        return evidence.onTimer(now, timer.uuid);
      case 'candidate':
        return contacts.onCandidate(now, timer.uuid);
      case 'forget':
        return changes.onForget(now, timer.uuid);
      case 'seed':
        return contacts.onSeed(now);
      case 'reconnect':
        return contacts.onReconnect(now);
      case 'fullSync':
        return sync.onTimer(now);
      case 'farewell':
        return this.#farewell();
    }
  }

  /** A node that was paused must not accuse anyone: what it did not hear meanwhile says nothing about others. */
  #late(now: number, lateMs: number): void {
    const { counters, health, detector, relays, evidence, suspicions } = this.#parts;
    counters.timersLate += 1;
    health.add(1);
    detector.drop(now);
    relays.drop();
    evidence.drop();
    suspicions.restart(now, { shiftMs: lateMs, anew: lateMs >= this.#config.periodMs });
  }

  #read(now: number, message: Message): void {
    const { members, detector } = this.#parts;
    const reply: Reply = { about: [] };
    for (const section of message.sections) this.#readSection(now, message, { section, reply });
    const nack = message.trailer?.nack;
    if (nack?.kind === 'answer') detector.nacked(nack.probe);
    const member = members.get(message.senderUuid);
    const records = member !== undefined && this.#compare(now, member, message);
    this.#answer(message, reply, { member, records });
  }

  #readSection(now: number, message: Message, { section, reply }: { section: Section; reply: Reply }): void {
    const { hearing } = this.#parts;
    switch (section.kind) {
      case 'failureDetection':
        return this.#contact(now, message, { section, reply });
      case 'dissemination':
        for (const record of section.members) {
          // Who has to prove itself is asked by the answer to this.
          if (reply.proof && record.uuid === message.senderUuid) continue;
          hearing.hear(now, record, { uuid: message.senderUuid, kind: 'news', accusations: message.trailer?.accusations });
        }
        return;
      case 'antiEntropy':
        for (const record of section.members) hearing.hear(now, record, { uuid: message.senderUuid, kind: 'table', accusations: message.trailer?.accusations });
        return;
      case 'quit':
        return this.#quit(now, message, section.incarnation);
    }
  }

  /** A direct ping or ack of the incarnation we know proves life, whatever was believed. */
  #contact(now: number, message: Message, { section, reply }: { section: Extract<Section, { kind: 'failureDetection' }>; reply: Reply }): void {
    const { members, detector, contacts, evidence } = this.#parts;
    const known = members.get(message.senderUuid);
    if (known === undefined && !this.#provesItself(message)) {
      if (section.type === 'ping') reply.proof = true;
      return;
    }
    const member = known === undefined ? this.#meet(now, message, section.incarnation) : this.#meetAgain(now, message, { member: known, section, reply });
    if (member === undefined) return;
    member.heard(now, { trailer: message.trailer !== undefined });
    contacts.answered(member.uuid);
    evidence.answered(member.uuid);
    if (known === undefined) this.#parts.sync.joined(now, member);
    if (known === undefined) reply.about.push(members.self);
    if (section.type === 'ack' || this.#echoes(message)) detector.acked(now, member, message.trailer?.echo);
    if (section.type === 'ping') reply.ack = true;
  }

  /** A datagram recorded before this life began echoes none of its numbers. */
  #provesItself(message: Message): boolean {
    return !this.#strangersProve || this.#echoes(message);
  }

  #echoes({ trailer }: Message): boolean {
    return trailer?.echo !== undefined && this.#parts.postman.sent(trailer.echo);
  }

  #meet(now: number, message: Message, incarnation: MemberRecord['incarnation']): Member | undefined {
    const { changes, contacts } = this.#parts;
    const heard = contacts.answered(message.senderUuid);
    const payload = heard !== undefined && compareIncarnation(heard.incarnation, incarnation) === 0 ? heard.payload : undefined;
    return changes.join(now, { uuid: message.senderUuid, address: originOf(message), status: 'alive', incarnation, ...(payload && { payload }) });
  }

  #meetAgain(now: number, message: Message, { member, section, reply }: { member: Member; section: Extract<Section, { kind: 'failureDetection' }>; reply: Reply }): Member | undefined {
    const { changes, identity } = this.#parts;
    const order = member.newer(section.incarnation);
    if (order < 0 || (order === 0 && member.status === 'left')) return undefined;
    if (order > 0) changes.apply(now, member, { status: 'alive', incarnation: section.incarnation, address: originOf(message) }, 'gossip');
    else if (member.status !== 'alive') {
      // Others still believe it: the member must hear of it to refute it.
      reply.believed = member.record({ payload: false });
      reply.about.push(member);
      changes.apply(now, member, { status: 'alive', incarnation: member.incarnation }, 'none');
    } else if (!sameAddress(originOf(message), member.address)) identity.conflict(now, member, originOf(message));
    return member;
  }

  #quit(now: number, message: Message, incarnation: MemberRecord['incarnation']): void {
    const { members, changes } = this.#parts;
    const member = members.get(message.senderUuid);
    if (member === undefined || member.status === 'left' || member.newer(incarnation) < 0) return;
    changes.apply(now, member, { status: 'left', incarnation }, 'later');
  }

  #compare(now: number, member: Member, message: Message): boolean {
    const digest = message.trailer?.digest;
    return digest !== undefined && this.#parts.sync.compare(now, member, digest);
  }

  /** Ping: an ack by the way it came. Ack with a table that still differs: what we have, once. */
  #answer(message: Message, reply: Reply, { member, records }: { member: Member | undefined; records: boolean }): void {
    const { postman, members } = this.#parts;
    const to = { address: message.source, trailer: member?.trailer };
    const echo = message.trailer && { echo: message.trailer.sequence };
    // A ping that echoes is the answer and the question whether the stranger is there now.
    if (reply.proof && message.routing === undefined) postman.send(to, { failureDetection: 'ping', about: [members.self], ...echo });
    else if (reply.ack || reply.proof) {
      const letter: Letter = {
        failureDetection: 'ack',
        about: reply.about,
        records,
        digest: records,
        ...(reply.believed && { believed: reply.believed }),
        ...(message.routing && { routing: { source: members.self.address, target: message.routing.source } }),
        ...echo,
      };
      postman.send(to, letter);
    } else if (records || reply.believed !== undefined) {
      postman.send(to, { about: reply.about, records, ...(reply.believed && { believed: reply.believed }) });
    }
  }

  #farewell(): void {
    const { members, postman } = this.#parts;
    for (const member of members.all()) if (member.present) postman.send(member, { quit: true });
  }

  #drain(): Effect[] {
    return this.#parts.outbox.drain();
  }
}

type Reply = { ack?: true; proof?: true; about: Member[]; believed?: MemberRecord };

function originOf(message: Message): Address {
  return message.routing?.source ?? message.source;
}
