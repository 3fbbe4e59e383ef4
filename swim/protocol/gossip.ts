/**
 * Spreads news. It goes out at once when there was silence before, and then on a short tick as long as some is left;
 * what originates here is told to more members at once, so that the tail does not wait for its turn.
 */

import type { Config } from './config.ts';
import type { Deadlines } from './deadlines.ts';
import { transmissionsMax, type News } from './dissemination.ts';
import type { Member } from './member.ts';
import type { Members } from './members.ts';
import type { Postman, Rumour } from './postman.ts';
import type { Timer } from './timer.ts';

type Components = {
  readonly members: Members;
  readonly news: News<Rumour>;
  readonly postman: Postman;
  readonly deadlines: Deadlines<Timer>;
};

export class Gossip {
  readonly #parts: Components;
  readonly #config: Config;
  #lastAt = -Infinity;
  #burstAt = -Infinity;
  #scheduled = false;

  constructor(components: Components, config: Config) {
    this.#parts = components;
    this.#config = config;
  }

  tell(now: number, rumour: Rumour): void {
    this.#parts.news.add(rumour);
    this.#schedule(now);
  }

  /** What the one it is about has told everybody itself: passing it on is for those whom that did not reach. */
  tellLater(now: number, rumour: Rumour): void {
    this.#parts.news.add(rumour);
    this.#lastAt = Math.max(this.#lastAt, now);
    this.#schedule(now);
  }

  /** News of our own: a good number of others hear it now. */
  burst(now: number, rumour: Rumour): void {
    const { members } = this.#parts;
    this.tell(now, rumour);
    // Whoever makes us refute over and over must not get thirty datagrams for each of his.
    if (now - this.#burstAt < this.#config.gossipEveryMs) return;
    this.#burstAt = now;
    const count = Math.min(this.#config.burstMembersMax, transmissionsMax(this.#config.retransmitFactor, members.groupSize));
    const others = members.order.pick(count, (member) => member.status === 'alive' && member.uuid !== rumour.uuid);
    for (const member of others) this.#send(member);
  }

  /** Only to these, and to the rest by the usual way. */
  tellFirst(now: number, rumour: Rumour, first: readonly Member[]): void {
    this.tell(now, rumour);
    for (const member of first) this.#send(member);
  }

  onTimer(now: number): void {
    this.#scheduled = false;
    const { members, news } = this.#parts;
    if (news.size === 0) return;
    this.#lastAt = now;
    const told = members.order.pick(this.#config.gossipFanout, (member) => member.status === 'alive');
    for (const member of told) this.#send(member);
    if (told.length > 0) this.#schedule(now);
  }

  #send(member: Member): void {
    if (this.#parts.news.size > 0) this.#parts.postman.send(member, {});
  }

  #schedule(now: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#parts.deadlines.add(Math.max(now, this.#lastAt + this.#config.gossipEveryMs), { kind: 'gossip' });
  }
}
