/**
 * The member table: everyone else this member knows, dead ones included, and the digest of it all. Rows change only
 * through `change`, so that digest and probe order always agree with them.
 */

import { Digest } from './digest.ts';
import { Member, witnessRank } from './member.ts';
import type { Address, MemberRecord } from './message.ts';
import { ProbeOrder } from './probeOrder.ts';

export type MembersOptions = { readonly membersMax: number };

const recentMax = 16;

export class Members {
  readonly self: Member;
  readonly order: ProbeOrder;
  readonly #options: MembersOptions;
  readonly #byUuid = new Map<string, Member>();
  readonly #digest = new Digest();
  /** The rows that changed last, newest first: the likeliest difference between two tables. */
  #recent: Member[] = [];
  /** Where the next sample of the table begins. */
  #cursor = 0;

  constructor(components: { random: () => number; self: Member }, options: MembersOptions) {
    this.self = components.self;
    this.order = new ProbeOrder(components.random);
    this.#options = options;
    this.#digest.add(this.self);
  }

  get digest(): bigint {
    return this.#digest.value;
  }

  /** Everyone not dead and not departed, this member included. */
  get groupSize(): number {
    return this.order.size + 1;
  }

  get size(): number {
    return this.#byUuid.size;
  }

  get full(): boolean {
    return this.#byUuid.size >= this.#options.membersMax;
  }

  get(uuid: string): Member | undefined {
    return this.#byUuid.get(uuid);
  }

  all(): IterableIterator<Member> {
    return this.#byUuid.values();
  }

  at(address: Address): Member | undefined {
    for (const member of this.#byUuid.values()) if (member.livesAt(address)) return member;
    return undefined;
  }

  add(record: MemberRecord): Member {
    const member = new Member(record);
    this.#byUuid.set(member.uuid, member);
    this.#digest.add(member);
    if (member.present) this.order.add(member);
    this.#touch(member);
    return member;
  }

  forget(member: Member): void {
    this.#digest.remove(member);
    if (member.present) this.order.remove(member);
    this.#byUuid.delete(member.uuid);
    this.#recent = this.#recent.filter((other) => other !== member);
  }

  change(member: Member, edit: () => void): void {
    const wasPresent = member.present;
    this.#digest.remove(member);
    edit();
    this.#digest.add(member);
    if (member === this.self) return;
    this.#touch(member);
    if (member.present === wasPresent) return;
    if (wasPresent) this.order.remove(member);
    else this.order.add(member);
  }

  /** The `k` members that should look at the suspect, the same ones for everybody who knows the same group. */
  witnesses(suspect: Member, k: number): Member[] {
    const excluded = suspect.suspicion?.accusers ?? [];
    const ranked: { member: Member; rank: number }[] = [];
    for (const member of [this.self, ...this.#byUuid.values()]) {
      if (member.status !== 'alive' || member === suspect || excluded[0] === member.uuid) continue;
      const rank = witnessRank(member.hash, suspect.hash);
      if (ranked.length === k && rank >= (ranked[k - 1]?.rank ?? Infinity)) continue;
      ranked.push({ member, rank });
      ranked.sort((a, b) => a.rank - b.rank);
      ranked.length = Math.min(ranked.length, k);
    }
    return ranked.map(({ member }) => member);
  }

  /** The newest changes, then members one after another from where the last call ended: everyone comes up in time. */
  sample(countMax: number): Member[] {
    const rows = [...this.#byUuid.values()];
    const chosen = new Set(this.#recent.slice(0, Math.ceil(countMax / 2)));
    for (let i = 0; i < rows.length && chosen.size < countMax; i++) {
      this.#cursor = (this.#cursor + 1) % rows.length;
      const member = rows[this.#cursor];
      if (member !== undefined) chosen.add(member);
    }
    return [...chosen];
  }

  #touch(member: Member): void {
    this.#recent = [member, ...this.#recent.filter((other) => other !== member)].slice(0, recentMax);
  }
}
