import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { CoterieError } from '~/contract/errors.ts';
import type { CommitAnswer, OutcomeAnswer, PrepareAnswer } from '~/core/apply/answers.ts';
import { ApplyParticipant } from '~/core/apply/participant.ts';
import type { ParticipantState } from '~/core/apply/participant-state.ts';
import type { ParticipantEffect, ParticipantEvent } from '~/core/apply/participant-messages.ts';
import type { CommittedVersion, VersionRef } from '~/core/apply/version.ts';
import { parseConfig } from '~/core/config/parse.ts';
import { onlyTextDiffers } from '~/core/topology/validate.ts';
import { Alarm } from '~/agent/failover/alarm.ts';
import { monotonicMs } from '~/agent/failover/monotonic.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { hashOf } from '~/link/hash.ts';
import type { ConfigStore } from './store.ts';

/**
 * Runs `core/apply/participant.ts` on this machine: one event at a time, its effects in order, its timer. Everything
 * that decides is there; here is disk, time and the calls to peers.
 */
export type KeeperComponents = {
  readonly store: Pick<ConfigStore, 'load' | 'keepCandidate' | 'keepCommitted' | 'dropCandidate'>;
  /** Another way to read a text, where many keepers in one process read the same. */
  readonly parse?: Parse;
  readonly log: Logger;
  readonly now: () => number;
  /** What this instance says of a configuration that is valid in itself; null = fine. */
  readonly objection: (config: ClusterConfig) => Promise<string | null>;
  /** Every peer's answer, as they come; those that cannot be reached are left out. */
  readonly askPeers: (runId: string) => AsyncIterable<{ peer: string; answer: OutcomeAnswer }>;
  readonly pullFrom: (peer: string) => Promise<CommittedVersion | null>;
  /** `textOnly`: the version differs from the one that was brought into effect before it in sections alone which nothing here reads. */
  readonly onApply: (how: { readonly textOnly: boolean }) => void;
  /** A candidate is kept, or is gone: null. */
  readonly onCandidate: (config: ClusterConfig | null) => void;
  /** The committed version is another one than before, or whether it is applied, or in conflict. */
  readonly onChange: () => void;
};

type Parse = (text: string, before?: ClusterConfig | null) => ReturnType<typeof parseConfig>;
type Answer = PrepareAnswer | CommitAnswer | { sentence: string };
type WithoutId<E> = E extends unknown ? Omit<E, 'requestId'> : never;
type Request = WithoutId<Extract<ParticipantEvent, { requestId: number }>>;

const queueMax = 1000;
/** All members commit at once, and whoever waits for them waits for nobody's log. */
const saidAfterMs = 100;

export class ConfigKeeper {
  readonly #parts: KeeperComponents;
  readonly #parse: Parse;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  /** By text, the newest few: a candidate is not parsed again when it is committed. */
  readonly #parsed = new Map<string, ClusterConfig>();
  #participant!: ApplyParticipant;
  #queue: ParticipantEvent[] = [];
  #busy = false;
  readonly #alarm = new Alarm(() => void this.#tick());
  #told: ParticipantState | null = null;
  #inEffect: ClusterConfig | null = null;
  #nextRequest = 1;
  #stopped = false;

  constructor(parts: KeeperComponents) {
    this.#parts = parts;
    this.#parse = parts.parse ?? ((text, before) => parseConfig(text, before, { lua: false }));
  }

  async start(): Promise<void> {
    const { store, log, now } = this.#parts;
    const disk = await store.load((sentence) => log.warn(sentence));
    this.#participant = new ApplyParticipant({ hashOf }, { disk });
    if (disk.candidate) this.#parts.onCandidate(this.#configOf(disk.candidate.content));
    this.#busy = true;
    await this.#carryOut(this.#participant.start(now()));
    this.#rest();
  }

  stop(): void {
    this.#stopped = true;
    this.#alarm.off();
  }

  get state() {
    return this.#participant.state();
  }

  /** The committed configuration; null before the first. */
  get committed(): { readonly content: CommittedVersion; readonly config: ClusterConfig } | null {
    const content = this.state.committed;
    if (content === null) return null;
    const config = this.#configOf(content);
    return config && { content, config };
  }

  outcomeOf(runId: string): OutcomeAnswer {
    return this.#participant.outcomeOf(runId);
  }

  async prepare(input: { runId: string; owner: string; base: VersionRef | null; candidate: CommittedVersion; ttlMs: number }): Promise<PrepareAnswer> {
    const { candidate, ...rest } = input;
    const objection = await this.#objectionTo(candidate);
    return (await this.#request({ kind: 'prepare', ...rest, content: candidate, objection })) as PrepareAnswer;
  }

  async commit(input: { runId: string; version: number; hash: string; waitMs: number }): Promise<CommitAnswer> {
    return (await this.#request({ kind: 'commit', ...input })) as CommitAnswer;
  }

  async adopt(content: CommittedVersion, waitMs: number): Promise<CommitAnswer> {
    const parsed = this.#valid(content);
    if ('fault' in parsed) return { committed: false, applied: false, message: parsed.fault };
    return (await this.#request({ kind: 'adopt', content, waitMs })) as CommitAnswer;
  }

  async abort(runId: string): Promise<{ sentence: string }> {
    return (await this.#request({ kind: 'abort', runId })) as { sentence: string };
  }

  /** What gossip, the reconciler and the peers report. */
  tell(event: Extract<ParticipantEvent, { kind: 'gossipVersionSeen' | 'applied' | 'outcomeOfPeer' | 'pulled' }>): void {
    this.#give(event);
  }

  #request(event: Request): Promise<Answer> {
    const requestId = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, resolve);
      if (this.#give({ ...event, requestId } as ParticipantEvent)) return;
      this.#waiting.delete(requestId);
      reject(new CoterieError('LIMITED', 'Too many changes of the configuration wait already.'));
    });
  }

  #give(event: ParticipantEvent): boolean {
    if (this.#stopped || this.#queue.length >= queueMax) return false;
    this.#queue.push(event);
    void this.#work();
    return true;
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let event = this.#queue.shift(); event !== undefined && !this.#stopped; event = this.#queue.shift()) {
      await this.#carryOut(this.#participant.receive(this.#parts.now(), event));
    }
    this.#rest();
  }

  #rest(): void {
    const { committed, appliedVersion, conflict } = this.state;
    const told = this.#told;
    this.#told = this.state;
    if (committed !== told?.committed || appliedVersion !== told.appliedVersion || conflict !== told.conflict) this.#parts.onChange();
    this.#busy = false;
    this.#settle();
  }

  /** Where nothing is waited for any more the alarm stays: it rings for nothing once, and is there for the next change. */
  #settle(): void {
    if (this.#queue.length > 0) return void this.#work();
    const wakeAt = this.#participant.wakeAt();
    if (this.#stopped || wakeAt === Infinity) return;
    // Not by the clock, which may be set.
    this.#alarm.set(monotonicMs() + Math.max(wakeAt - this.#parts.now(), 1));
  }

  async #tick(): Promise<void> {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    await this.#carryOut(this.#participant.tick(this.#parts.now()));
    this.#rest();
  }

  async #carryOut(effects: readonly ParticipantEffect[]): Promise<void> {
    for (const effect of effects) {
      try {
        await this.#do(effect);
      } catch (error) {
        if (effect.kind !== 'persistCandidate' && effect.kind !== 'persistCommitted') {
          this.#parts.log.error({ effect: effect.kind, error: String(error) }, 'a part of an apply failed');
          continue;
        }
        const message = `It cannot be written to this instance's disk: ${(error as Error).message}`;
        this.#parts.log.error({ effect: effect.kind, error: String(error) }, message);
        return this.#carryOut(this.#participant.receive(this.#parts.now(), { kind: 'persistFailed', message }));
      }
    }
  }

  async #do(effect: ParticipantEffect): Promise<void> {
    const { store, log } = this.#parts;
    switch (effect.kind) {
      case 'persistCandidate':
        await store.keepCandidate(effect.candidate);
        this.#parts.onCandidate(this.#configOf(effect.candidate.content));
        return;
      case 'persistCommitted':
        await store.keepCommitted(effect.committed, effect.lastRun);
        setTimeout(() => log.info({ version: effect.committed.meta.version, hash: effect.committed.meta.hash.slice(0, 16) }, 'configuration committed'), saidAfterMs).unref();
        return;
      case 'dropCandidate':
        await store.dropCandidate();
        this.#parts.onCandidate(null);
        log[effect.reason === 'committed' ? 'debug' : 'info']({ run: effect.runId }, `candidate dropped: ${effect.reason}`);
        return;
      case 'apply':
        return this.#apply();
      case 'askPeers':
        return void this.#ask(effect.runId);
      case 'pullFrom':
        return void this.#pull(effect.peer);
      case 'answer':
        this.#waiting.get(effect.requestId)?.(effect.answer);
        this.#waiting.delete(effect.requestId);
        return;
    }
  }

  #apply(): void {
    const [before, config] = [this.#inEffect, this.committed?.config ?? null];
    this.#inEffect = config;
    this.#parts.onApply({ textOnly: before !== null && config !== null && onlyTextDiffers(before, config) });
  }

  async #ask(runId: string): Promise<void> {
    for await (const { peer, answer } of this.#parts.askPeers(runId)) this.#give({ kind: 'outcomeOfPeer', peer, runId, answer });
  }

  async #pull(peer: string): Promise<void> {
    const content = await this.#parts.pullFrom(peer).catch(() => null);
    const usable = content !== null && 'config' in this.#valid(content) ? content : null;
    this.#give({ kind: 'pulled', peer, content: usable });
  }

  async #objectionTo(content: CommittedVersion): Promise<{ code: 'invalid' | 'refused'; message: string } | null> {
    const parsed = this.#valid(content);
    if ('fault' in parsed) return { code: 'invalid', message: parsed.fault };
    const message = await this.#parts.objection(parsed.config);
    return message === null ? null : { code: 'refused', message };
  }

  #valid({ text }: CommittedVersion): { config: ClusterConfig } | { fault: string } {
    const { config, refusals } = this.#parse(text, this.committed?.config ?? null);
    if (config === null || refusals.length > 0) return { fault: refusals.map(({ sentence }) => sentence).join(' ') };
    this.#keepParsed(text, config);
    return { config };
  }

  #configOf({ text }: CommittedVersion): ClusterConfig | null {
    const kept = this.#parsed.get(text);
    if (kept) return kept;
    const { config } = this.#parse(text);
    if (config) this.#keepParsed(text, config);
    return config;
  }

  #keepParsed(text: string, config: ClusterConfig): void {
    this.#parsed.delete(text);
    this.#parsed.set(text, config);
    for (const oldest of this.#parsed.keys()) {
      if (this.#parsed.size <= 3) break;
      this.#parsed.delete(oldest);
    }
  }
}
