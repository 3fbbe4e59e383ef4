import type { StateLink } from '~/agent/failover/state-link.ts';
import type { Leader } from './topology.ts';

/** Who is appointed, by the records themselves as they change: a router hears of another master as soon as its member does. */
export class Leaders {
  readonly #onNews: () => void;
  readonly #known = new Map<string, Leader>();
  #link: StateLink | null = null;
  #unwatch: (() => void) | null = null;

  constructor({ onNews }: { readonly onNews: () => void }) {
    this.#onNews = onNews;
  }

  /** Null: there is no state provider, or nobody asks. */
  follow(link: StateLink | null): void {
    if (link === this.#link) return;
    this.#unwatch?.();
    this.#unwatch = null;
    this.#known.clear();
    this.#link = link;
    if (link === null) return;
    this.#unwatch = link.watchRecords(null, (replicaset, { state }) => {
      const before = this.#known.get(replicaset);
      if (state === null) this.#known.delete(replicaset);
      else this.#known.set(replicaset, { master: state.value.master, epoch: state.value.epoch });
      if (before?.epoch !== state?.value.epoch || before?.master !== state?.value.master) this.#onNews();
    });
  }

  of(replicaset: string): Leader | null {
    return this.#known.get(replicaset) ?? null;
  }
}
