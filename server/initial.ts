import { readFileSync } from 'node:fs';
import { emptyConfig } from '~/core/config/empty.ts';
import { parseDocument } from '~/core/topology/document.ts';
import { planChange } from '~/core/topology/plan.ts';
import type { Runtime } from './runtime/runtime.ts';

/** `--initial`: a cluster file for a cluster that has no configuration, applied as soon as all that it names is there. */

const everyMs = 100;

export class Initial {
  #done: boolean;
  #waitsFor = 'its instances have not been heard of yet';
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly components: { readonly runtime: Runtime; readonly newUuid: () => string; readonly warn: (sentence: string, error: unknown) => void },
    readonly options: { readonly file: string },
  ) {
    this.#done = components.runtime.versions.current !== null;
    const text = this.#done ? '' : readFileSync(options.file, 'utf8');
    if (!this.#done) this.#again(text);
  }

  /** What the cluster still lacks until it is as the file says and ready; null = nothing. */
  get missing(): string | null {
    if (!this.#done) return `${this.options.file} is not applied yet: ${this.#waitsFor}`;
    const { instances } = this.components.runtime.state.overview;
    const late = instances.filter(({ configured, disabled, state, goal }) => configured && !disabled && (state !== 'ready' || (goal !== null && goal !== 'ready')));
    return late.length === 0 && instances.some(({ configured }) => configured) ? null : `not ready yet: ${late.map(({ alias, state }) => `${alias} (${state ?? 'unknown'})`).join(', ')}`;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #again(text: string): void {
    this.#timer = setTimeout(() => void this.#try(text).then((done) => done || this.#again(text)), everyMs);
  }

  async #try(text: string): Promise<boolean> {
    const { runtime, newUuid, warn } = this.components;
    const make = () => {
      const known = runtime.state.known();
      const base = emptyConfig(runtime.name);
      const { config, refusals } = parseDocument(text, { base, known, newUuid, prune: false });
      if (config === null) return { config, refusals };
      return { config, refusals: [...runtime.adoption.refusals(), ...refusals, ...planChange({ base: null, next: config, known }).refusals] };
    };
    try {
      if (runtime.versions.current !== null) return (this.#done = true);
      const first = make();
      if (first.config === null || first.refusals.length > 0) {
        this.#waitsFor = first.refusals.map(({ sentence }) => sentence).join(' ');
        return false;
      }
      const run = await runtime.applies.change({ author: 'initial', surface: 'system', reason: `first configuration, from ${this.options.file}` }, (base) => {
        const { config, refusals } = make();
        return base !== null || refusals.length > 0 ? null : config;
      });
      this.#done = runtime.versions.current !== null;
      if (run?.state === 'aborted') this.#waitsFor = run.error ?? 'the run was aborted';
    } catch (error) {
      warn(`${this.options.file} could not be applied; it is tried again.`, error);
    }
    return this.#done;
  }
}
