/**
 * A refused connection means that nobody listens at the address: the process is gone. It must be seen twice, some time
 * apart, with no answer in between, and by several members; a stopped process or a lost packet never looks like that.
 */

import type { Config } from './config.ts';
import type { Deadlines } from './deadlines.ts';
import type { Member } from './member.ts';
import type { Members } from './members.ts';
import type { Outbox } from './outbox.ts';
import type { Detector } from './probe.ts';
import type { Suspicions } from './suspicion.ts';
import type { Timer } from './timer.ts';

type Components = {
  readonly members: Members;
  readonly detector: Detector;
  readonly suspicions: Suspicions;
  readonly outbox: Outbox;
  readonly deadlines: Deadlines<Timer>;
};

export class HardEvidence {
  readonly #parts: Components;
  readonly #config: Config;
  /** When an address first refused, by uuid. */
  readonly #refusedAt = new Map<string, number>();

  constructor(components: Components, config: Config) {
    this.#parts = components;
    this.#config = config;
  }

  /** Asks for a look at the member's address. */
  look(member: Member): void {
    if (this.#config.hardEvidence) this.#parts.outbox.add({ kind: 'checkEvidence', uuid: member.uuid, address: member.address });
  }

  refused(now: number, member: Member): void {
    if (!this.#config.hardEvidence || !member.present) return;
    const first = this.#refusedAt.get(member.uuid);
    if (first === undefined) this.#firstRefusal(now, member);
    else if (now - first >= this.#config.refusedTwiceAfterMs) this.#secondRefusal(now, member, first);
  }

  /** It answered: whatever refused before is over. */
  answered(uuid: string): void {
    this.#refusedAt.delete(uuid);
  }

  /** Time for the second look. */
  onTimer(now: number, uuid: string): void {
    const member = this.#parts.members.get(uuid);
    const first = this.#refusedAt.get(uuid);
    if (first === undefined) return;
    const open = member !== undefined && member.present && now - first < 10 * this.#config.refusedTwiceAfterMs;
    if (!open) {
      this.#refusedAt.delete(uuid);
      return;
    }
    this.look(member);
    this.#arm(now, uuid);
  }

  drop(): void {
    this.#refusedAt.clear();
  }

  #firstRefusal(now: number, member: Member): void {
    this.#refusedAt.set(member.uuid, now);
    this.#arm(now, member.uuid);
    const probe = this.#parts.detector.pending(member.uuid);
    if (probe?.stage === 'indirect') this.#parts.suspicions.accuse(now, member, { since: probe.sentAt, refused: false });
    else this.#parts.detector.probe(now, member, 'witness');
  }

  #secondRefusal(now: number, member: Member, first: number): void {
    this.#refusedAt.delete(member.uuid);
    this.#parts.suspicions.accuse(now, member, { since: first, refused: true });
  }

  #arm(now: number, uuid: string): void {
    this.#parts.deadlines.add(now + this.#config.refusedTwiceAfterMs, { kind: 'refused', uuid });
  }
}
