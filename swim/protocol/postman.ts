/**
 * Puts messages together: what has to be said, then as much news as fits, then as many records as were asked for.
 * Every datagram stays under the size limit by an estimate from above.
 */

import type { Config } from './config.ts';
import type { Counters } from './counters.ts';
import { transmissionsMax, type News } from './dissemination.ts';
import type { Member, Suspicion } from './member.ts';
import type { Members } from './members.ts';
import type { Address, MemberRecord, Message, Routing, Section, Trailer } from './message.ts';
import type { Outbox } from './outbox.ts';
import { accusationSize, headSize, recordSize, sectionSize } from './size.ts';

/** A change to tell; the record itself is taken from the table when it is sent. */
export type Rumour = { readonly uuid: string; readonly payload: boolean };

export type Recipient = { readonly address: Address; readonly trailer?: boolean | undefined };

export type Letter = {
  readonly failureDetection?: 'ping' | 'ack';
  readonly quit?: true;
  readonly routing?: Routing;
  readonly nack?: NonNullable<Trailer['nack']>;
  readonly echo?: number;
  /** Said before all news: the recipient's own suspicion, or who we are. */
  readonly about?: readonly Member[];
  /** Overrides what the table says of one of them by now: what was believed until this answer. */
  readonly believed?: MemberRecord;
  /** As much of the member table as fits. */
  readonly records?: boolean;
  readonly digest?: boolean;
};

type Components = {
  readonly members: Members;
  readonly news: News<Rumour>;
  readonly outbox: Outbox;
  readonly counters: Counters;
};

/** What the body's version word says: Tarantool 2.6.0. */
const version = 0x020600;
const recordsMax = 32;
const missesMax = 4;

export class Postman {
  readonly #parts: Components;
  readonly #config: Config;
  readonly #firstSequence: number;
  #sequence: number;

  constructor(components: Components, config: Config, options: { firstSequence: number }) {
    this.#parts = components;
    this.#config = config;
    this.#firstSequence = options.firstSequence;
    this.#sequence = options.firstSequence;
  }

  /** Whether this number was sent in this life. */
  sent(sequence: number): boolean {
    return sequence > this.#firstSequence && sequence <= this.#sequence;
  }

  /** The sequence number under which an answer will come. */
  send(to: Recipient, letter: Letter): number {
    const { members, outbox, counters } = this.#parts;
    const sequence = ++this.#sequence;
    const message: Message = {
      version,
      source: members.self.address,
      ...(letter.routing && { routing: letter.routing }),
      senderUuid: members.self.uuid,
      ...this.#content(to, letter, sequence),
    };
    counters.sent += 1;
    outbox.add({ kind: 'send', to: to.address, message });
    return sequence;
  }

  #content(to: Recipient, letter: Letter, sequence: number): { sections: Section[]; trailer: Trailer } {
    const { members } = this.#parts;
    const sections: Section[] = [];
    const { incarnation } = members.self;
    if (letter.failureDetection) sections.push({ kind: 'failureDetection', type: letter.failureDetection, incarnation });
    if (letter.quit) sections.push({ kind: 'quit', incarnation });
    const page = new Page(this.#config.datagramBytesMax - sections.reduce((sum, section) => sum + sectionSize(section), headSize(letter.routing !== undefined)));
    const told = letter.quit ? [] : this.#news(page, letter);
    if (told.length > 0) sections.push({ kind: 'dissemination', members: told });
    const sampled = letter.records ? this.#records(page) : [];
    if (sampled.length > 0) sections.push({ kind: 'antiEntropy', members: sampled });
    const forOurs = to.trailer !== false;
    const trailer: Trailer = {
      sequence,
      ...(letter.echo !== undefined && { echo: letter.echo }),
      ...(letter.nack && { nack: letter.nack }),
      ...(forOurs && page.accusations.length > 0 && { accusations: page.accusations }),
      ...(forOurs && letter.digest && { digest: members.digest }),
    };
    return { sections, trailer };
  }

  #news(page: Page, letter: Letter): MemberRecord[] {
    const { members, news } = this.#parts;
    const told: MemberRecord[] = [];
    page.startSection();
    for (const member of letter.about ?? []) {
      const record = letter.believed?.uuid === member.uuid ? letter.believed : member.record({ payload: true });
      if (page.fits(record, member.suspicion)) told.push(record);
    }
    const limit = transmissionsMax(this.#config.retransmitFactor, members.groupSize);
    news.take({ transmissionsMax: limit, missesMax, countMax: recordsMax - told.length }, (rumour) => {
      const member = rumour.uuid === members.self.uuid ? members.self : members.get(rumour.uuid);
      if (member === undefined) return true;
      const record = member.record({ payload: rumour.payload });
      if (!page.fits(record, member.suspicion)) return false;
      told.push(record);
      return true;
    });
    return told;
  }

  #records(page: Page): MemberRecord[] {
    const { members } = this.#parts;
    const sampled: MemberRecord[] = [];
    let misses = 0;
    page.startSection();
    for (const member of [members.self, ...members.sample(recordsMax)]) {
      const record = member.record({ payload: true });
      if (page.fits(record, member.suspicion)) sampled.push(record);
      else if (++misses >= missesMax) break;
    }
    return sampled;
  }
}

/** The space left in one datagram, and the accusations that belong to the records on it. */
class Page {
  readonly accusations: { suspect: string; accusers: string[] }[] = [];
  #leftBytes: number;

  constructor(leftBytes: number) {
    this.#leftBytes = leftBytes;
  }

  startSection(): void {
    this.#leftBytes -= sectionSize({ kind: 'dissemination', members: [] });
  }

  fits(record: MemberRecord, suspicion: Suspicion | undefined): boolean {
    const accusers = suspicion === undefined ? [] : accusersOnWire(suspicion);
    const bytes = recordSize(record) + (accusers.length > 0 ? accusationSize(accusers.length) : 0);
    if (bytes > this.#leftBytes) return false;
    this.#leftBytes -= bytes;
    if (accusers.length > 0) this.accusations.push({ suspect: record.uuid, accusers });
    return true;
  }
}

/** An accuser listed twice has seen the suspect's address refuse: hard evidence. */
function accusersOnWire({ accusers, refusers }: Suspicion): string[] {
  return [...accusers, ...refusers];
}
