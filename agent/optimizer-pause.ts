import { setFlagsFromString } from 'node:v8';

/**
 * V8's optimizing compiler takes up what has run often enough, on threads of its own, and those are most awake just when a
 * change runs through the agents of a host: then all of them have run the same things once more. Its cores have nothing to
 * spare for that, so nothing is optimized until the change has gone by; what an idle agent runs over and over is, as ever.
 */
const pauseMs = 1000;

export class OptimizerPause {
  #timer: NodeJS.Timeout | null = null;

  /** A change has come. */
  begin(): void {
    if (this.#timer !== null) return void this.#timer.refresh();
    setFlagsFromString('--no-opt');
    this.#timer = setTimeout(() => this.end(), pauseMs).unref();
  }

  end(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    setFlagsFromString('--opt');
  }
}
