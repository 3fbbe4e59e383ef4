/**
 * How many streams are being opened at once. After a start of the server every agent of a big cluster is there to be
 * called: all at the same moment, each would be slow enough to be taken for dead. Who does not answer gives its place
 * to the next one soon and goes on without: a hung half of the cluster keeps nobody waiting.
 */

export type OpeningsOptions = { readonly placesMax: number; readonly heldMsMax: number };

export const openingsDefaults: OpeningsOptions = { placesMax: 32, heldMsMax: 250 };

export class Openings {
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(readonly options: OpeningsOptions = openingsDefaults) {}

  /** Resolves when it is this one's turn, to what ends the turn; that may be called late, and more than once. */
  async enter(): Promise<() => void> {
    if (this.#taken >= this.options.placesMax) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken += 1;
    let timer: NodeJS.Timeout | undefined;
    const leave = () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      // The place goes over to the next one as it is.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken -= 1;
    };
    timer = setTimeout(leave, this.options.heldMsMax);
    return leave;
  }
}
