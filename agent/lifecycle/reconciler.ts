import type { Decision, Facts, Failure, FenceAnswer, Step } from './facts.ts';
import { plan } from './plan.ts';

/**
 * Gather, decide, show, do; again until there is nothing to do. One step at a time; whatever changes meanwhile pokes
 * it, and the next decision sees it. A step that holds things up is broken off when the goal has changed.
 */
export type ReconcilerParts = {
  readonly gather: (own: { answers: ReadonlyMap<string, FenceAnswer>; failure: Failure | null; forgottenFor: number; now: number }) => Facts;
  readonly perform: (step: Step, context: { version: number; answered: (uuid: string, answer: FenceAnswer) => void }) => Promise<void>;
  /** Of the newest committed configuration; 0 = none. */
  readonly version: () => number;
  /** Fresh facts about the database, after each step. */
  readonly refresh: () => Promise<void>;
  readonly show: (decision: Decision) => void;
  /** Ends the process, so that a step that waits for it fails. */
  readonly breakOff: () => Promise<void>;
  readonly now: () => number;
  readonly log: { warn: (data: object, text: string) => void };
};

const firstRetryMs = 200;
const longestRetryMs = 10_000;

export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #answers = new Map<string, FenceAnswer>();
  #failure: (Failure & { times: number }) | null = null;
  #forgottenFor = 0;
  #version = 0;
  #step: Step | null = null;
  #dirty = false;
  #running = false;
  #stopped = false;
  #begun = false;
  #timer: NodeJS.Timeout | null = null;
  #idle: (() => void)[] = [];
  decision: Decision = { goal: 'unconfigured', state: 'unconfigured', reason: null, step: null, wakeAt: Infinity };

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  get step(): Step | null {
    return this.#step;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  /** From here on steps are done: a database that runs already has been found by now. */
  begin(): void {
    this.#begun = true;
    this.poke();
  }

  /** Something has changed. */
  poke(): void {
    this.#dirty = true;
    if (!this.#begun) return;
    if (this.#running) this.#breakOffStale();
    else void this.#run();
  }

  /** A version has come that asks nothing of this instance: where nothing was left to do before it, nothing is now. */
  pass(): void {
    const { step, state, goal } = this.decision;
    if (!this.#begun || this.#running || step !== null || state !== goal) return this.poke();
    this.#parts.show(this.decision);
  }

  /** A person or a new version wants it tried again at once. */
  retry(): void {
    this.#failure = null;
    this.#answers.clear();
    this.poke();
  }

  /** Resolves when no step is under way; none begins after that. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#dirty && !this.#stopped) {
      this.#dirty = false;
      const decision = this.#decide();
      if (decision.step === null) this.#sleepUntil(decision.wakeAt);
      else await this.#do(decision.step);
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #decide(): Decision {
    const version = this.#parts.version();
    if (version !== this.#version) {
      this.#version = version;
      this.#failure = null;
      this.#answers.clear();
    }
    this.decision = plan(this.#facts());
    if (this.decision.step === null && this.#failure && this.decision.state !== 'failed') this.#failure = null;
    this.#parts.show(this.decision);
    return this.decision;
  }

  #facts(): Facts {
    return this.#parts.gather({ answers: this.#answers, failure: this.#failure, forgottenFor: this.#forgottenFor, now: this.#parts.now() });
  }

  async #do(step: Step): Promise<void> {
    this.#step = step;
    const version = this.#version;
    const answered = (uuid: string, answer: FenceAnswer) => void (this.#version === version && this.#answers.set(uuid, answer));
    try {
      await this.#parts.perform(step, { version, answered });
      if (step.kind === 'forget') this.#forgottenFor = version;
      if (this.#failure?.step === step.kind) this.#failure = null;
    } catch (error) {
      this.#failed(step, error as Error & { luaStack?: string | null });
    }
    this.#step = null;
    await this.#parts.refresh();
    this.#dirty = true;
  }

  #failed(step: Step, error: Error & { luaStack?: string | null }): void {
    const times = this.#failure?.step === step.kind ? this.#failure.times + 1 : 1;
    const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(times - 1, 10));
    this.#failure = { step: step.kind, reason: error.message, stack: error.luaStack ?? null, retryAt: this.#parts.now() + waitMs, times };
    this.#parts.log.warn({ step: step.kind, error: error.message, retryInMs: waitMs }, 'a step failed');
  }

  #breakOffStale(): void {
    if (this.#step?.kind !== 'startDatabase') return;
    const { goal } = plan(this.#facts());
    if (goal !== 'ready') void this.#parts.breakOff();
  }

  #sleepUntil(wakeAt: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (wakeAt === Infinity) return;
    this.#timer = setTimeout(() => this.poke(), Math.max(1, Math.min(wakeAt - this.#parts.now(), 60_000)));
  }
}
