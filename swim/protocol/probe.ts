/**
 * The failure detector: one probe each period, direct first, then through helpers. Each probe has its own deadlines.
 * A probe that fails accuses; what the helpers said decides how much of it counts against ourselves.
 */

import type { Awareness } from './awareness.ts';
import type { Config } from './config.ts';
import type { Counters } from './counters.ts';
import type { Deadlines } from './deadlines.ts';
import type { Member } from './member.ts';
import type { Members } from './members.ts';
import type { Outbox } from './outbox.ts';
import type { Postman } from './postman.ts';
import type { Suspicions } from './suspicion.ts';
import type { Timer } from './timer.ts';

export type Probe = {
  readonly uuid: string;
  readonly sequence: number;
  readonly sentAt: number;
  stage: 'direct' | 'indirect';
  nacksExpected: number;
  nacks: number;
};

/** `round` probes carry the whole table to members that have no digest to compare. */
export type ProbeReason = 'round' | 'witness';

type Components = {
  readonly members: Members;
  readonly suspicions: Suspicions;
  readonly postman: Postman;
  readonly outbox: Outbox;
  readonly health: Awareness;
  readonly counters: Counters;
  readonly deadlines: Deadlines<Timer>;
};

const openMax = 64;
/** Of the time after which a helper says that it heard nothing either: a nack on its way is not missed. */
const nackPatience = 1.25;
/** Turns that need no probe are taken together, so that nothing wakes up for them; but the future is not that sure. */
const turnsSavedMax = 1;

export class Detector {
  readonly #parts: Components;
  readonly #config: Config;
  readonly #open = new Map<string, Probe>();

  constructor(components: Components, config: Config) {
    this.#parts = components;
    this.#config = config;
  }

  onPeriod(now: number): void {
    const { members, counters, deadlines, health } = this.#parts;
    const intervalMs = this.#config.periodMs * health.factor;
    const member = members.order.next();
    if (member !== undefined && this.#justHeard(now, member)) counters.probesSaved += 1;
    else if (member !== undefined) this.probe(now, member, 'round');
    let nextAt = now + intervalMs;
    for (let saved = 0; saved < turnsSavedMax; saved++, nextAt += intervalMs) {
      const next = members.order.peek();
      if (next === undefined || !this.#justHeard(nextAt, next)) break;
      members.order.next();
      counters.probesSaved += 1;
    }
    deadlines.add(nextAt, { kind: 'period' });
  }

  probe(now: number, member: Member, reason: ProbeReason): void {
    if (this.#open.has(member.uuid) || this.#open.size >= openMax) return;
    const { postman, counters, deadlines } = this.#parts;
    const ours = member.trailer !== false;
    const sequence = postman.send(member, {
      failureDetection: 'ping',
      about: member.status === 'alive' ? [] : [member],
      digest: ours && reason === 'round',
      records: !ours && reason === 'round',
    });
    const probe: Probe = { uuid: member.uuid, sequence, sentAt: now, stage: 'direct', nacksExpected: 0, nacks: 0 };
    this.#open.set(member.uuid, probe);
    counters.probes += 1;
    deadlines.add(now + this.#ackTimeoutMs(member), { kind: 'ack', probe });
  }

  /** The stage of an unanswered probe, if there is one. */
  pending(uuid: string): Probe | undefined {
    return this.#open.get(uuid);
  }

  /** Any direct ack proves life; a round trip is measured only on the ping that it answers. */
  acked(now: number, member: Member, echo: number | undefined): void {
    const probe = this.#open.get(member.uuid);
    if (probe === undefined) return;
    this.#open.delete(member.uuid);
    this.#parts.health.add(-1);
    if (probe.stage === 'direct' && (echo === undefined || echo === probe.sequence)) member.answeredAfter(now - probe.sentAt);
  }

  nacked(sequence: number): void {
    for (const probe of this.#open.values()) if (probe.sequence === sequence) probe.nacks += 1;
  }

  onAckTimeout(now: number, probe: Probe): void {
    if (this.#open.get(probe.uuid) !== probe) return;
    const { members, postman, outbox, deadlines } = this.#parts;
    const target = members.get(probe.uuid);
    if (target === undefined || !target.present) {
      this.#open.delete(probe.uuid);
      return;
    }
    probe.stage = 'indirect';
    if (this.#config.hardEvidence) outbox.add({ kind: 'checkEvidence', uuid: target.uuid, address: target.address });
    const routing = { source: members.self.address, target: target.address };
    const helpers = members.order.pick(this.#config.indirectHelpers, (member) => member.status === 'alive' && member !== target);
    for (const helper of helpers) {
      const answers = helper.trailer === true;
      if (answers) probe.nacksExpected += 1;
      const nack = { kind: 'request', probe: probe.sequence } as const;
      postman.send(helper, { failureDetection: 'ping', routing, about: target.status === 'alive' ? [] : [target], ...(answers && { nack }) });
    }
    deadlines.add(now + this.#indirectTimeoutMs(now, probe), { kind: 'indirect', probe });
  }

  onIndirectTimeout(now: number, probe: Probe): void {
    if (this.#open.get(probe.uuid) !== probe) return;
    this.#open.delete(probe.uuid);
    const { members, counters, suspicions } = this.#parts;
    counters.probesFailed += 1;
    const member = members.get(probe.uuid);
    if (member === undefined) return;
    // One silence is judged once; looking again only gives the suspect another chance to answer.
    if (!member.suspicion?.accusers.includes(members.self.uuid)) this.#blameOurselves(probe);
    suspicions.accuse(now, member, { since: probe.sentAt, refused: false });
    if (member.suspicion !== undefined) this.probe(now, member, 'witness');
  }

  /** After a pause of our own: an ack may have come and gone unseen. Nobody is judged by these probes; suspects are asked anew. */
  drop(now: number): void {
    const dropped = [...this.#open.keys()];
    this.#open.clear();
    for (const uuid of dropped) {
      const member = this.#parts.members.get(uuid);
      if (member?.suspicion !== undefined) this.probe(now, member, 'witness');
    }
  }

  #blameOurselves(probe: Probe): void {
    const missed = Math.max(0, probe.nacksExpected - probe.nacks);
    this.#parts.counters.nacksMissed += missed;
    this.#parts.health.add(probe.nacksExpected === 0 ? 1 : missed);
  }

  #ackTimeoutMs(member: Member): number {
    const { periodMs, ackTimeoutMsMin, ackTimeoutMsStart } = this.#config;
    const measured = member.timeoutMs ?? ackTimeoutMsStart;
    return Math.min(periodMs, Math.max(ackTimeoutMsMin, measured)) * this.#parts.health.factor;
  }

  /** To the end of the probe's period, but long enough for the nacks of the helpers to come. */
  #indirectTimeoutMs(now: number, probe: Probe): number {
    const { periodMs, nackAfterMs } = this.#config;
    const { factor } = this.#parts.health;
    return Math.max(probe.sentAt + periodMs * factor - now, (periodMs / 2) * factor, nackAfterMs * nackPatience);
  }

  #justHeard(now: number, member: Member): boolean {
    const { periodMs, contactRoundShare } = this.#config;
    return member.status === 'alive' && now - member.heardAt < contactRoundShare * periodMs * this.#parts.members.order.size;
  }
}
