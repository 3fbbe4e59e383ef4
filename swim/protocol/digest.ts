/**
 * A digest of the member table: a sum of one hash a member, so that it is kept up to date in constant time and does not
 * depend on order. The dead and departed are left out: tables differ in how long they remember those.
 */

import { combine } from './hash.ts';
import type { Member } from './member.ts';

export class Digest {
  #low = 0;
  #high = 0;
  #value: bigint | undefined = undefined;

  add(member: Member): void {
    this.#change(member, 1);
  }

  remove(member: Member): void {
    this.#change(member, -1);
  }

  get value(): bigint {
    this.#value ??= (BigInt(this.#high) << 32n) | BigInt(this.#low);
    return this.#value;
  }

  #change(member: Member, sign: 1 | -1): void {
    if (!member.present) return;
    const { generation, version } = member.incarnation;
    const flags = (member.status === 'suspected' ? 1 : 0) + (member.payloadFresh ? 2 : 0);
    let hash = combine(member.hash, low32(generation));
    hash = combine(hash, low32(generation >> 32n));
    hash = combine(hash, low32(version));
    hash = combine(hash, flags);
    this.#low = (this.#low + sign * hash) >>> 0;
    this.#high = (this.#high + sign * combine(hash, member.hash)) >>> 0;
    this.#value = undefined;
  }
}

function low32(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}
