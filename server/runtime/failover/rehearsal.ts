import { setImmediate as breathe } from 'node:timers/promises';
import type { WhatIf } from '~/contract/shapes/what-if.ts';
import { whatIfInputOf, type NowInput } from '~/core/standing/what-if.ts';
import { whatIfSteps } from '~/core/what-if/what-if.ts';

/**
 * Works out what the loss of each part would do. That takes seconds in a large cluster, so it lets everybody else go on
 * between its steps, and whoever asks meanwhile, or shortly after, gets the same answer.
 */
export type RehearsalComponents = { readonly look: () => Promise<Omit<NowInput, 'now'>>; readonly now: () => number };

export const rehearsalLimits = { atOnceMs: 10, keptMs: 3000 } as const;

export class Rehearsal {
  #running: Promise<WhatIf[]> | null = null;
  #kept: { readonly at: number; readonly answer: WhatIf[] } | null = null;

  constructor(readonly components: RehearsalComponents) {}

  async run(): Promise<WhatIf[]> {
    if (this.#kept !== null && this.components.now() - this.#kept.at < rehearsalLimits.keptMs) return this.#kept.answer;
    this.#running ??= this.#work().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #work(): Promise<WhatIf[]> {
    const { look, now } = this.components;
    const steps = whatIfSteps(whatIfInputOf({ ...(await look()), now: now() }));
    let since = performance.now();
    for (;;) {
      const step = steps.next();
      if (step.done) {
        this.#kept = { at: now(), answer: step.value };
        return step.value;
      }
      if (performance.now() - since < rehearsalLimits.atOnceMs) continue;
      await breathe();
      since = performance.now();
    }
  }
}
