import { ClusterConfig, type ConfigVersion } from '~/contract/shapes/config.ts';
import type { Committed } from '~/link/protocol.ts';
import type { Store } from '~/server/store/index.ts';

/** The newest configuration version, as the database has it and as every decision here starts from. */
export class Versions {
  #committed: Committed | null = null;
  #current: ConfigVersion | null = null;
  readonly #listeners: (() => void)[] = [];

  constructor(readonly store: Pick<Store, 'versions'>) {}

  /** Null before the first version. */
  get current(): ConfigVersion | null {
    return this.#current;
  }

  /** The same with its canonical text, as agents take it. */
  get committed(): Committed | null {
    return this.#committed;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Looks whether another server has committed something; cheap when nothing has changed. */
  async refresh(): Promise<ConfigVersion | null> {
    const head = await this.store.versions.head();
    if (head !== null && head.version > (this.#committed?.meta.version ?? 0)) {
      const latest = await this.store.versions.latest();
      if (latest !== null) this.set(latest, parsedConfig(latest));
    }
    return this.#current;
  }

  /** A version that was just decided here: known without asking the database again. Older ones are ignored. */
  set(committed: Committed, config: ClusterConfig): void {
    if (committed.meta.version <= (this.#committed?.meta.version ?? 0)) return;
    this.#committed = committed;
    this.#current = { ...committed.meta, config };
    for (const listener of this.#listeners) listener();
  }
}

export const parsedConfig = (committed: Committed): ClusterConfig => ClusterConfig.parse(JSON.parse(committed.text));
