import { readFileSync } from 'node:fs';
import { problemOf } from '~/contract/errors.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { parseDocument } from '~/core/topology/document.ts';
import { endsByItself, faultsOfFirst } from '~/core/topology/faults.ts';
import { planChange } from '~/core/topology/plan.ts';
import type { Runtime } from './runtime/runtime.ts';
import { UsageError } from './settings.ts';

/**
 * `--initial`: a cluster file for a cluster that has no configuration, applied as soon as all that it names is there.
 * The file is read at each try, so that one with a fault can be corrected while the server runs. Once there is a
 * configuration, whoever made it, the file has no say any more.
 */

export type InitialComponents = { readonly runtime: Runtime; readonly newUuid: () => string; readonly say: { info(sentence: string): void; error(sentence: string): void } };
export type InitialOptions = { readonly file: string; /** For tests. */ readonly sayWaitAfterMs?: number };

/** `hopeless`: nothing but a person can change it. */
export type Missing = { readonly sentence: string; readonly hopeless: boolean };

const everyMs = 100;
/** A big file takes a while to be read and planned: most of the time is left to the agents that it waits for. */
const restShare = 10;
const restMsMax = 2000;
/** After a run that came to nothing: each is a row in the history. */
const afterRunMs = { first: 1000, max: 30_000 } as const;
const sayWaitAfterMs = 5000;
const shownMax = 5;

export class Initial {
  #done: boolean;
  #missing: Missing = { sentence: 'its instances have not been heard of yet', hopeless: false };
  #since = performance.now();
  #said = '';
  #afterRunMs: number = afterRunMs.first;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly components: InitialComponents,
    readonly options: InitialOptions,
  ) {
    this.#done = components.runtime.versions.current !== null;
    if (this.#done) return;
    assertReadable(options.file);
    this.#again(everyMs);
  }

  /** What the cluster still lacks until it is as the file says and ready; null = nothing. */
  get missing(): Missing | null {
    if (!this.#done) return { ...this.#missing, sentence: this.#sentence };
    const { instances } = this.components.runtime.state.overview;
    const late = instances.filter(({ configured, disabled, state, goal }) => configured && !disabled && (state !== 'ready' || (goal !== null && goal !== 'ready')));
    if (late.length === 0) return instances.some(({ configured }) => configured) ? null : { sentence: 'the configuration has no instance', hopeless: true };
    return { sentence: `not ready yet: ${late.map(({ alias, state, reason }) => `${alias} (${state ?? 'not heard of'}${reason === null ? '' : `: ${reason}`})`).join(', ')}`, hopeless: false };
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  get #sentence(): string {
    return this.#missing.hopeless ? `${this.options.file} cannot be applied: ${this.#missing.sentence}` : `${this.options.file} is not applied yet: ${this.#missing.sentence}`;
  }

  #again(inMs: number): void {
    this.#timer = setTimeout(() => {
      const begun = performance.now();
      void this.#try()
        .catch((error: unknown) => this.#lacks({ sentence: error instanceof Error ? error.message : String(error), hopeless: false }))
        .then((pauseMs) => this.#done || this.#again(pauseMs ?? Math.min(restMsMax, Math.max(everyMs, restShare * (performance.now() - begun)))));
    }, inMs);
  }

  /** How long to wait before the next try, where that is not as usual. */
  async #try(): Promise<number | void> {
    const { runtime } = this.components;
    if (runtime.versions.current !== null) return void (this.#done = true);
    const refusals = this.#refusals();
    if (refusals.length > 0) return this.#refused(refusals);
    const failed = await this.#run();
    this.#done = runtime.versions.current !== null;
    if (this.#done) return this.components.say.info(`${this.options.file} is applied.`);
    if (failed === null) return undefined;
    this.#lacks({ sentence: failed, hopeless: false }, 0);
    const pauseMs = this.#afterRunMs;
    this.#afterRunMs = Math.min(afterRunMs.max, 2 * pauseMs);
    return pauseMs;
  }

  #refusals(): readonly Refusal[] {
    const { runtime, newUuid } = this.components;
    const faults = faultsOfFirst(readFileSync(this.options.file, 'utf8'), { base: emptyConfig(runtime.name), newUuid });
    return faults.length > 0 ? faults : this.#made().refusals;
  }

  #made() {
    const { runtime, newUuid } = this.components;
    // A cluster that has a configuration only seems to be full of instances with foreign data.
    const lost = runtime.adoption.refusals();
    if (lost.length > 0) return { config: null, refusals: lost };
    const known = runtime.state.known();
    const { config, refusals } = parseDocument(readFileSync(this.options.file, 'utf8'), { base: emptyConfig(runtime.name), known, newUuid, prune: false });
    return config === null ? { config, refusals } : { config, refusals: planChange({ base: null, next: config, known }).refusals };
  }

  /** Why it came to nothing; null where it did not, or where something has changed meanwhile. */
  async #run(): Promise<string | null> {
    const { applies } = this.components.runtime;
    try {
      const run = await applies.change({ author: 'initial', surface: 'system', reason: `first configuration, from ${this.options.file}` }, (base) => {
        const { config, refusals } = this.#made();
        return base !== null || refusals.length > 0 ? null : config;
      });
      return run?.state === 'aborted' ? (run.error ?? 'the run was aborted') : null;
    } catch (error) {
      return problemOf(error).code === 'INTERNAL' ? String(error) : problemOf(error).detail;
    }
  }

  #refused(refusals: readonly Refusal[]): void {
    // What only a person can change comes first: it would be waited for in vain.
    const lasting = refusals.filter((refusal) => !endsByItself(refusal));
    const shown = (lasting.length > 0 ? lasting : refusals).map(({ sentence, wayOut }) => (lasting.length > 0 ? `${sentence} ${wayOut}` : sentence));
    const more = shown.length > shownMax ? ` And ${shown.length - shownMax} more.` : '';
    this.#lacks({ sentence: `${shown.slice(0, shownMax).join(' ')}${more}`, hopeless: lasting.length > 0 });
  }

  /** Told once in the log: a fault at once, a wait when it lasts. */
  #lacks(missing: Missing, waitMs = missing.hopeless ? 0 : (this.options.sayWaitAfterMs ?? sayWaitAfterMs)): void {
    if (missing.sentence !== this.#missing.sentence) this.#since = performance.now();
    this.#missing = missing;
    if (this.#said === missing.sentence || performance.now() - this.#since < waitMs) return;
    this.#said = missing.sentence;
    this.components.say.error(this.#sentence);
  }
}

/** A name that is wrong is told at the start; what is wrong in the file, as long as it is. */
function assertReadable(file: string): void {
  try {
    readFileSync(file);
  } catch (error) {
    throw new UsageError(`--initial: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  }
}
