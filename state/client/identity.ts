/**
 * Whose state this is. The first who comes writes the cluster's uuid; from then on every read looks at it and every
 * change is made only while it stands, so two clusters on one prefix cannot mix, not even for one write.
 */
import { ForeignState } from '../errors.ts';
import type { Condition, Entry } from '../provider.ts';
import { look, type Backend } from './backend.ts';
import type { Deadline } from './deadline.ts';
import type { Writers } from './writers.ts';

export const identityKey = 'identity';

export class Identity {
  readonly #backend: Backend;
  readonly #writers: Writers;
  readonly #cluster: string;
  #revision: number | null = null;

  constructor(components: { readonly backend: Backend; readonly writers: Writers }, options: { readonly cluster: string }) {
    this.#backend = components.backend;
    this.#writers = components.writers;
    this.#cluster = options.cluster;
  }

  /** Looks at what was read. Throws ForeignState. */
  check(entry: Entry | null | undefined): void {
    this.#revision = null;
    if (!entry) return;
    const theirs = clusterOf(entry.value);
    if (theirs !== this.#cluster) throw new ForeignState(this.#cluster, theirs, this.#backend);
    this.#revision = entry.revision;
  }

  /** The condition that makes a change ours, after claiming the prefix where nobody has. */
  async guard(deadline: Deadline): Promise<Condition> {
    while (this.#revision === null) {
      const { entries } = await look(this.#backend, { keys: [identityKey] }, deadline.part('a change'));
      this.check(entries.get(identityKey));
      if (this.#revision !== null) break;
      const claimed = await this.#writers.commit({ when: [{ key: identityKey, revision: null }], put: [{ key: identityKey, value: JSON.stringify({ cluster: this.#cluster }) }], remove: [], takesOver: false }, deadline);
      if (claimed.done) this.#revision = claimed.revision;
    }
    return { key: identityKey, revision: this.#revision };
  }
}

function clusterOf(value: string): string {
  try {
    const { cluster } = JSON.parse(value) as { cluster?: unknown };
    return typeof cluster === 'string' ? cluster.slice(0, 64) : 'unknown';
  } catch {
    return 'unknown';
  }
}
