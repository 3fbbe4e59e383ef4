/**
 * Round-robin over a shuffled list: everyone is probed once a round, in an order that is new each round. Newcomers are put
 * at a random place, so that members that learn of them together do not probe them together.
 */

import type { Member } from './member.ts';

export class ProbeOrder {
  readonly #random: () => number;
  readonly #list: Member[] = [];
  #next = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get size(): number {
    return this.#list.length;
  }

  add(member: Member): void {
    const at = this.#index(this.#list.length + 1);
    this.#list.splice(at, 0, member);
    if (at < this.#next) this.#next += 1;
  }

  remove(member: Member): void {
    const at = this.#list.indexOf(member);
    if (at < 0) return;
    this.#list.splice(at, 1);
    if (at < this.#next) this.#next -= 1;
  }

  next(): Member | undefined {
    const member = this.peek();
    this.#next += 1;
    return member;
  }

  /** Whose turn it is. */
  peek(): Member | undefined {
    if (this.#next >= this.#list.length) {
      this.#shuffle();
      this.#next = 0;
    }
    return this.#list[this.#next];
  }

  /** Up to `count` different members that `accept` takes, by lot. */
  pick(count: number, accept: (member: Member) => boolean): Member[] {
    const list = this.#list;
    if (list.length <= 4 * count) return this.#sample(list.filter(accept), count);
    const picked = new Set<Member>();
    for (let tries = 0; tries < 8 * count && picked.size < count; tries++) {
      const member = list[this.#index(list.length)];
      if (member !== undefined && accept(member)) picked.add(member);
    }
    return [...picked];
  }

  #sample(list: Member[], count: number): Member[] {
    for (let i = 0; i < Math.min(count, list.length); i++) swap(list, i, i + this.#index(list.length - i));
    return list.slice(0, count);
  }

  #shuffle(): void {
    for (let i = this.#list.length - 1; i > 0; i--) swap(this.#list, i, this.#index(i + 1));
  }

  #index(length: number): number {
    return Math.floor(this.#random() * length);
  }
}

function swap(list: Member[], a: number, b: number): void {
  const first = list[a];
  const second = list[b];
  if (first === undefined || second === undefined) return;
  list[a] = second;
  list[b] = first;
}
