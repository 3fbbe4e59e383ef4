import type { ReplicationLink } from '~/contract/shapes/status.ts';

/**
 * A peer that has not heard yet that this instance has joined refuses it, and Tarantool (2.6.0) does not ask that peer
 * again: "Replica ... is not registered with replica set ...". The peer hears of it by the master within moments, so the
 * sources are connected anew. What lasts longer than that is for a person: it shows as an issue.
 */

export const latecomerLimits = { everyMs: 2000, triesMax: 15 } as const;

const refused = /is not registered with replica set/;

export class Latecomer {
  #tries = 0;
  #at = -Infinity;

  /** Whether the sources are to be connected anew now, given the links that were just seen. */
  look(links: readonly Pick<ReplicationLink, 'upstream'>[], now: number): boolean {
    if (!links.some(({ upstream }) => upstream?.status === 'stopped' && refused.test(upstream.message ?? ''))) {
      this.#tries = 0;
      return false;
    }
    if (this.#tries >= latecomerLimits.triesMax || now - this.#at < latecomerLimits.everyMs) return false;
    this.#tries += 1;
    this.#at = now;
    return true;
  }
}
