import type { ReplicationLink } from '~/contract/shapes/status.ts';

/**
 * Where several join at once, a peer may not be able to serve another yet, and Tarantool (2.6.0) does not ask that peer again:
 * it has not heard that the other has joined ("Replica ... is not registered with replica set ..."), or its own logs begin
 * behind rows that the other still lacks ("Missing .xlog file between LSN ..."). Both pass within moments, by the master. So
 * the sources are connected anew. What lasts longer than that is for a person: it shows as an issue.
 */

export const latecomerLimits = { everyMs: 2000, triesMax: 15 } as const;

const unserved = /is not registered with replica set|^Missing \.xlog file between LSN/;

export class Latecomer {
  #tries = 0;
  #at = -Infinity;

  /** Whether the sources are to be connected anew now, given the links that were just seen. */
  look(links: readonly Pick<ReplicationLink, 'upstream'>[], now: number): boolean {
    if (!links.some(({ upstream }) => upstream?.status === 'stopped' && unserved.test(upstream.message ?? ''))) {
      this.#tries = 0;
      return false;
    }
    if (this.#tries >= latecomerLimits.triesMax || now - this.#at < latecomerLimits.everyMs) return false;
    this.#tries += 1;
    this.#at = now;
    return true;
  }
}
