import { Soon } from '~/agent/lifecycle/soon.ts';

/**
 * Tells when what is shown has become another. The one idea: a machine steps often and seldom changes what it shows, so
 * it is compared once in a turn of the event loop, for which nothing has to wake up; and only a change is told, a little
 * later, as a change of leadership is some steps within milliseconds and who looks at them does not hold them up.
 */
const tellAfterMs = 5;

export type TellingComponents = {
  /** What is shown now, as a text to compare. */
  readonly shown: () => string;
  readonly tell: () => void;
};

export class Telling {
  readonly #components: TellingComponents;
  readonly #soon: Soon;
  #told: string | null = null;
  #turn: NodeJS.Immediate | null = null;

  constructor(components: TellingComponents) {
    this.#components = components;
    this.#soon = new Soon(() => this.#tell(), tellAfterMs);
  }

  /** It may be another. */
  look(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      if (this.#components.shown() !== this.#told) this.#soon.poke();
    });
  }

  end(): void {
    this.#soon.end();
    if (this.#turn) clearImmediate(this.#turn);
  }

  #tell(): void {
    const shown = this.#components.shown();
    if (shown === this.#told) return;
    this.#told = shown;
    this.#components.tell();
  }
}
