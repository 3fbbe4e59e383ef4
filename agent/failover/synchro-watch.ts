import type { Logger } from '~/agent/logs/logger.ts';

/** Asks the instance now and then whether its version, with its quorum, loses writes to synchronous spaces (lua/lease/synchro.lua). */
export type SynchroWatchParts = {
  readonly control: { call(method: string, params: object, timeoutMs: number): Promise<unknown> };
  readonly log: Pick<Logger, 'warn'>;
  readonly onChange: () => void;
};

const everyMs = 10_000;
const callMs = 2000;

export class SynchroWatch {
  readonly #parts: SynchroWatchParts;
  #askedAt = -Infinity;
  #reason: string | null = null;

  constructor(parts: SynchroWatchParts) {
    this.#parts = parts;
  }

  /** Null: sound, or there are no such spaces. */
  get reason(): string | null {
    return this.#reason;
  }

  /** `replicas`: how many there will be. What cannot be asked now is asked the next time. */
  async tick(replicas: number, now: number): Promise<void> {
    if (now < this.#askedAt + everyMs) return;
    this.#askedAt = now;
    try {
      // Its only caller is our own Lua, which answers in this shape.
      const { reason } = (await this.#parts.control.call('check_synchro', { replicas }, callMs)) as { reason: string | null };
      if (reason === this.#reason) return;
      this.#reason = reason;
      this.#parts.log.warn({ reason }, reason === null ? 'writes to synchronous spaces are sound' : 'writes to synchronous spaces may be lost');
      this.#parts.onChange();
    } catch {
      // Without a database there is nothing to lose.
    }
  }
}
