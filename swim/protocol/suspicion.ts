/**
 * Suspicions: who accuses whom, and when that becomes a verdict. A suspicion that independent members confirm ends
 * early; one that nobody confirms lasts long, since then the accuser is the likelier culprit.
 */

import type { Changes } from './changes.ts';
import type { Config } from './config.ts';
import type { Counters } from './counters.ts';
import type { Deadlines } from './deadlines.ts';
import type { FlapDamping } from './flapDamping.ts';
import type { Gossip } from './gossip.ts';
import type { Member, Suspicion } from './member.ts';
import type { Members } from './members.ts';
import { suspicionBounds, suspicionMs } from './suspicionTime.ts';
import type { Timer } from './timer.ts';

export type Accusation = {
  readonly accusers: readonly string[];
  readonly refusers: readonly string[];
  /** When the silence was first certain. */
  readonly since: number;
};

type Components = {
  readonly members: Members;
  readonly changes: Changes;
  readonly gossip: Gossip;
  readonly flaps: FlapDamping;
  readonly counters: Counters;
  readonly deadlines: Deadlines<Timer>;
};

export class Suspicions {
  readonly #parts: Components;
  readonly #config: Config;

  /** When the timer that counts will fire, by uuid: one each, however often a suspicion comes and goes. */
  readonly #armed = new Map<string, number>();

  constructor(components: Components, config: Config) {
    this.#parts = components;
    this.#config = config;
  }

  /** True when this began a suspicion, rather than confirm one. */
  raise(now: number, member: Member, accusation: Accusation): boolean {
    if (!member.present) return false;
    const began = member.suspicion === undefined;
    if (began) this.#begin(now, member, accusation);
    else this.#confirm(now, member, accusation);
    this.#judge(now, member);
    return began;
  }

  /** This member's own failed probe. */
  accuse(now: number, member: Member, options: { since: number; refused: boolean }): void {
    const { uuid } = this.#parts.members.self;
    if (!member.suspicion?.accusers.includes(uuid)) this.#parts.counters.accusations += 1;
    this.raise(now, member, { accusers: [uuid], refusers: options.refused ? [uuid] : [], since: options.since });
  }

  onTimer(now: number, { uuid, at }: { uuid: string; at: number }): void {
    if (this.#armed.get(uuid) !== at) return;
    this.#armed.delete(uuid);
    const member = this.#parts.members.get(uuid);
    const suspicion = member?.suspicion;
    if (member === undefined || suspicion === undefined) return;
    if (now < endOf(suspicion)) this.#arm(uuid, suspicion);
    else this.#bury(now, member);
  }

  /** After a pause of our own: what we held against anyone may have been refuted meanwhile. */
  restart(now: number, options: { shiftMs: number; anew: boolean }): void {
    for (const member of this.#parts.members.all()) {
      if (member.suspicion === undefined) continue;
      member.suspicion.startedAt = options.anew ? now : member.suspicion.startedAt + options.shiftMs;
      this.#arm(member.uuid, member.suspicion);
    }
  }

  #begin(now: number, member: Member, { accusers, refusers, since }: Accusation): void {
    const { members, changes, flaps } = this.#parts;
    const bounds = suspicionBounds(this.#config, members.groupSize, flaps.factor(now, member.uuid));
    const limit = this.#accusersMax;
    const suspicion: Suspicion = { startedAt: since, bounds, accusers: [...new Set(accusers)].slice(0, limit), refusers: [...new Set(refusers)].slice(0, limit) };
    changes.apply(now, member, { status: 'suspected', incarnation: member.incarnation, suspicion }, 'gossip');
    this.#arm(member.uuid, suspicion);
    if (suspicion.accusers[0] === members.self.uuid) this.#callWitnesses(now, member);
  }

  #confirm(now: number, member: Member, { accusers, refusers }: Accusation): void {
    const { suspicion } = member;
    if (suspicion === undefined) return;
    const added = addNew(suspicion.accusers, accusers, this.#accusersMax) + addNew(suspicion.refusers, refusers, this.#accusersMax);
    if (added === 0) return;
    this.#arm(member.uuid, suspicion);
    if (accusers[0] === this.#parts.members.self.uuid) this.#callWitnesses(now, member);
    else this.#parts.gossip.tell(now, { uuid: member.uuid, payload: false });
  }

  #callWitnesses(now: number, member: Member): void {
    const { members, gossip } = this.#parts;
    const others = members.witnesses(member, this.#config.confirmations).filter((witness) => witness !== members.self);
    gossip.tellFirst(now, { uuid: member.uuid, payload: false }, others);
  }

  /** Several members saw its address refuse, and nobody heard an answer in between: the process is gone. */
  #judge(now: number, member: Member): void {
    const refusers = member.suspicion?.refusers.length ?? 0;
    const witnesses = this.#parts.members.groupSize - 1;
    if (this.#config.hardEvidence && refusers >= Math.max(1, Math.min(this.#config.refusersMin, witnesses))) this.#bury(now, member);
  }

  #bury(now: number, member: Member): void {
    this.#parts.changes.apply(now, member, { status: 'dead', incarnation: member.incarnation }, 'burst');
  }

  #arm(uuid: string, suspicion: Suspicion): void {
    const at = endOf(suspicion);
    if (at >= (this.#armed.get(uuid) ?? Infinity)) return;
    this.#armed.set(uuid, at);
    this.#parts.deadlines.add(at, { kind: 'suspicion', uuid, at });
  }

  get #accusersMax(): number {
    return this.#config.confirmations + 1;
  }
}

function endOf(suspicion: Suspicion): number {
  return suspicion.startedAt + suspicionMs(suspicion.bounds, Math.max(0, suspicion.accusers.length - 1));
}

function addNew(list: string[], candidates: readonly string[], max: number): number {
  const before = list.length;
  for (const candidate of candidates) if (list.length < max && !list.includes(candidate)) list.push(candidate);
  return list.length - before;
}
