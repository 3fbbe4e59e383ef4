import type { CommitAnswer, OutcomeAnswer, PrepareAnswer } from '~/core/apply/answers.ts';
import { ApplyParticipant } from '~/core/apply/participant.ts';
import type { ParticipantDisk, ParticipantEffect, ParticipantEvent } from '~/core/apply/participant-messages.ts';
import type { CommittedVersion } from '~/core/apply/version.ts';
import type { Checks } from './checks.ts';
import { simulatedParticipant } from './faults.ts';
import type { World } from './world.ts';

export type AnyAnswer = PrepareAnswer | CommitAnswer | { readonly sentence: string };

/** In place of SHA-256: what matters is that other texts have other ones. */
export const hashOf = (text: string): string => [...text].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) >>> 0, 7).toString(16).padStart(64, '0');

const absent: ParticipantDisk = { committed: null, candidate: null, lastRun: null };

/** An agent around the machine: its disk, its clock, its deaths. Effects are done in order, and it may die before each. */
export class SimAgent {
  disk: ParticipantDisk = absent;
  machine: ApplyParticipant | null = null;
  appliedVersion = 0;
  /** Kind of the event that is being worked on. */
  last: ParticipantEvent['kind'] | null = null;
  #boot = 0;
  #timer = Infinity;
  #requests = 0;
  #waiting = new Map<number, (answer: AnyAnswer) => void>();
  #clock: { offset: number; readonly rate: number };
  peers: readonly SimAgent[] = [];

  constructor(
    readonly world: World,
    readonly name: string,
    readonly checks: Checks,
  ) {
    const { clockRate } = world.faults;
    this.#clock = { offset: clockRate > 0 ? world.random.between(-3_600_000, 3_600_000) + 7_200_000 : 0, rate: 1 + world.random.between(-clockRate, clockRate) };
  }

  get up(): boolean {
    return this.machine !== null;
  }

  get localNow(): number {
    return this.world.now * this.#clock.rate + this.#clock.offset;
  }

  jump(byMs: number): void {
    this.#clock.offset += byMs;
    this.world.note(`${this.name}: clock jumps by ${byMs.toFixed(0)}`);
  }

  /** In the world's time. Set as a timer is: for a length of time, which a jump of the clock does not change. */
  wakeAt(): number {
    return this.machine ? this.#timer : Infinity;
  }

  #settle(): void {
    const at = this.machine?.wakeAt() ?? Infinity;
    this.#timer = at === Infinity ? Infinity : this.world.now + Math.max(0, at - this.localNow) / this.#clock.rate;
  }

  boot(): void {
    this.#boot += 1;
    this.appliedVersion = 0;
    this.machine = new ApplyParticipant({ hashOf }, { disk: this.disk, policy: simulatedParticipant });
    this.world.note(`${this.name}: up with version ${this.disk.committed?.meta.version ?? 0}`);
    this.perform(this.machine.start(this.localNow));
  }

  die(): void {
    this.machine = null;
    this.#waiting.clear();
    this.world.note(`${this.name}: dies`);
    this.world.after(this.world.random.between(5, 1_500), () => this.boot());
  }

  tick(): void {
    if (this.machine) this.perform(this.machine.tick(this.localNow));
  }

  give(event: ParticipantEvent): void {
    this.last = event.kind;
    if (this.machine) this.perform(this.machine.receive(this.localNow, event));
  }

  /** A request of a server; the answer may never come. */
  ask(make: (requestId: number) => ParticipantEvent, answer: (answer: AnyAnswer) => void): void {
    if (!this.machine) return;
    const requestId = ++this.#requests;
    this.#waiting.set(requestId, answer);
    this.give(make(requestId));
  }

  perform(effects: readonly ParticipantEffect[]): void {
    for (const effect of effects) {
      if (this.world.strikes(this.world.faults.agentDies)) return this.die();
      const failing = (effect.kind === 'persistCandidate' || effect.kind === 'persistCommitted') && this.world.strikes(this.world.faults.diskFails);
      if (failing) return this.give({ kind: 'persistFailed', message: 'no space left' });
      this.#do(effect);
    }
    this.#settle();
    this.checks.agent(this);
  }

  #do(effect: ParticipantEffect): void {
    const { world } = this;
    if (effect.kind !== 'answer') world.note(`${this.name}: ${effect.kind} ${describe(effect)}`);
    switch (effect.kind) {
      case 'persistCandidate':
        this.disk = { ...this.disk, candidate: effect.candidate };
        break;
      case 'persistCommitted':
        this.checks.committing(this, effect.committed);
        this.disk = { ...this.disk, committed: effect.committed, lastRun: effect.lastRun };
        break;
      case 'dropCandidate':
        this.checks.dropping(this, effect.runId, effect.reason);
        this.disk = { ...this.disk, candidate: null };
        break;
      case 'apply':
        this.checks.applying(this, effect.version);
        this.#applyLater(world.random.between(1, 40));
        break;
      case 'askPeers':
        for (const peer of this.peers) this.#askPeer(peer, effect.runId);
        break;
      case 'pullFrom':
        this.#pull(effect.peer);
        break;
      case 'answer': {
        this.checks.answering(this, effect.to, effect.answer);
        const answer = this.#waiting.get(effect.requestId);
        this.#waiting.delete(effect.requestId);
        answer?.(effect.answer);
      }
    }
  }

  /** The agent's reconciler: goes to the newest committed version, and tries again until it is there. */
  #applyLater(delayMs: number): void {
    const boot = this.#boot;
    this.world.after(delayMs, () => {
      const version = this.disk.committed?.meta.version ?? 0;
      if (!this.machine || boot !== this.#boot || this.appliedVersion >= version) return;
      const failed = this.world.strikes(this.world.faults.applyFails);
      if (!failed) this.appliedVersion = version;
      this.give({ kind: 'applied', version, message: failed ? 'the effects failed' : null });
      if (failed) this.#applyLater(this.world.random.between(20, 300));
    });
  }

  #askPeer(peer: SimAgent, runId: string): void {
    this.world.send(this.name, peer.name, () => {
      const answer: OutcomeAnswer | undefined = peer.machine?.outcomeOf(runId);
      if (answer) this.world.send(peer.name, this.name, () => this.give({ kind: 'outcomeOfPeer', peer: peer.name, runId, answer }));
    });
  }

  #pull(name: string): void {
    const peer = this.peers.find((other) => other.name === name);
    const told = (content: CommittedVersion | null) => this.give({ kind: 'pulled', peer: name, content });
    if (!peer?.up || this.world.isCut(this.name, name)) return this.world.after(1, () => told(null));
    this.world.send(this.name, name, () => {
      const content = peer.machine?.state().committed ?? null;
      if (peer.up) this.world.send(name, this.name, () => told(content));
    });
  }

  gossip(): void {
    const peer = this.peers.length > 0 ? this.world.random.pick(this.peers) : null;
    const committed = this.machine?.state().committed;
    if (!peer || !committed) return;
    this.world.send(this.name, peer.name, () => peer.give({ kind: 'gossipVersionSeen', peer: this.name, version: committed.meta.version, hash: committed.meta.hash.slice(0, 16) }));
  }
}

function describe(effect: Exclude<ParticipantEffect, { kind: 'answer' }>): string {
  switch (effect.kind) {
    case 'persistCandidate':
      return `${effect.candidate.content.meta.version} of ${effect.candidate.runId}`;
    case 'persistCommitted':
      return `${effect.committed.meta.version} ${effect.committed.text}`;
    case 'dropCandidate':
      return `${effect.runId}: ${effect.reason}`;
    case 'apply':
    case 'pullFrom':
      return `${effect.version}`;
    case 'askPeers':
      return effect.runId;
  }
}
