/**
 * Getting to know members: seeds while nobody is known, those only heard of (who must answer before they count), and the
 * dead and the missing seeds now and then, which is how two halves of a split group find each other again.
 */

import { sameAddress } from './address.ts';
import type { Config } from './config.ts';
import type { Deadlines } from './deadlines.ts';
import { hashText } from './hash.ts';
import { witnessRank, type Member } from './member.ts';
import type { Members } from './members.ts';
import type { Address, MemberRecord } from './message.ts';
import type { Postman } from './postman.ts';
import type { Timer } from './timer.ts';

type Candidate = { readonly record: MemberRecord; tries: number };

type Components = {
  readonly members: Members;
  readonly postman: Postman;
  readonly deadlines: Deadlines<Timer>;
  readonly random: () => number;
};

export type ContactOptions = { readonly seeds: readonly Address[] };

const seedsMax = 32;
/** Nobody who did not answer is asked again at once because somebody still talks of him. */
const restMs = 5_000;

export class Contacts {
  readonly #parts: Components;
  readonly #config: Config;
  readonly #seeds: readonly Address[];
  readonly #candidates = new Map<string, Candidate>();

  constructor(components: Components, config: Config, options: ContactOptions) {
    this.#parts = components;
    this.#config = config;
    this.#seeds = options.seeds.filter((seed) => !sameAddress(seed, components.members.self.address)).slice(0, seedsMax);
  }

  greet(address: Address): void {
    const { members, postman } = this.#parts;
    const known = members.at(address);
    const about = known === undefined || known.present ? [members.self] : [members.self, known];
    postman.send(known ?? { address }, { failureDetection: 'ping', about });
  }

  /** Someone we only heard of, or believe dead although others do not: only its own answer counts. */
  ask(now: number, record: MemberRecord): void {
    const { members } = this.#parts;
    if (this.#candidates.has(record.uuid) || this.#candidates.size >= this.#config.candidatesMax) return;
    if (members.full && members.get(record.uuid) === undefined) return;
    this.#candidates.set(record.uuid, { record, tries: 0 });
    if (members.get(record.uuid) !== undefined || this.#goesFirst(record.uuid)) this.onCandidate(now, record.uuid);
    else this.#parts.deadlines.add(now + this.#config.courtesyMs, { kind: 'candidate', uuid: record.uuid });
  }

  /** What was heard of somebody who has now answered. */
  answered(uuid: string): MemberRecord | undefined {
    const record = this.#candidates.get(uuid)?.record;
    this.#candidates.delete(uuid);
    return record;
  }

  onCandidate(now: number, uuid: string): void {
    const { deadlines, members } = this.#parts;
    const candidate = this.#candidates.get(uuid);
    if (candidate === undefined) return;
    candidate.tries += 1;
    if (candidate.tries > this.#config.candidateTries + 1 || members.get(uuid)?.present) {
      this.#candidates.delete(uuid);
      return;
    }
    const resting = candidate.tries > this.#config.candidateTries;
    if (!resting) this.#greetCandidate(candidate.record);
    deadlines.add(now + (resting ? restMs : this.#config.ackTimeoutMsStart), { kind: 'candidate', uuid });
  }

  onSeed(now: number): void {
    const { members, deadlines } = this.#parts;
    const alone = members.order.size === 0;
    if (alone) for (const seed of this.#seeds) this.greet(seed);
    deadlines.add(now + (alone ? this.#config.seedEveryMs : this.#config.reconnectEveryMs), { kind: 'seed' });
  }

  onReconnect(now: number): void {
    const { members, deadlines, random } = this.#parts;
    deadlines.add(now + this.#config.reconnectEveryMs, { kind: 'reconnect' });
    const lost: Address[] = [];
    if (members.size > members.order.size) for (const member of members.all()) if (member.status === 'dead') lost.push(member.address);
    for (const seed of this.#seeds) if (members.at(seed) === undefined) lost.push(seed);
    const address = lost[Math.floor(random() * lost.length)];
    if (address !== undefined) this.greet(address);
  }

  /** Both come to the same answer, and everybody is the first one for about half of the others. */
  #goesFirst(uuid: string): boolean {
    const { self } = this.#parts.members;
    const hash = hashText(uuid) | 0;
    const [ours, theirs] = [witnessRank(self.hash, hash), witnessRank(hash, self.hash)];
    return ours === theirs ? self.uuid < uuid : ours < theirs;
  }

  #greetCandidate(record: MemberRecord): void {
    const { members, postman } = this.#parts;
    const known = members.get(record.uuid);
    const about: Member[] = known === undefined ? [members.self] : [members.self, known];
    postman.send({ address: record.address }, { failureDetection: 'ping', about });
  }
}
