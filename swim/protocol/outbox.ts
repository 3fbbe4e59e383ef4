/** Collects the effects of one call, in order. */

import type { Effect, SwimEvent } from './effect.ts';

export class Outbox {
  readonly #eventsMax: number;
  #effects: Effect[] = [];
  #events = 0;
  eventsDropped = 0;

  constructor(options: { eventsMax: number }) {
    this.#eventsMax = options.eventsMax;
  }

  add(effect: Exclude<Effect, { kind: 'event' }>): void {
    this.#effects.push(effect);
  }

  event(event: SwimEvent): void {
    if (this.#events >= this.#eventsMax) {
      this.eventsDropped += 1;
      return;
    }
    this.#events += 1;
    this.#effects.push({ kind: 'event', event });
  }

  drain(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    this.#events = 0;
    return effects;
  }
}
