import type { ConfigMeta } from '~/contract/shapes/config.ts';
import { versionEvent } from '~/core/events/version-events.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import type { Store } from '~/server/store/index.ts';

/**
 * Tells of each configuration version once, from the history in the database: several may be decided between two looks,
 * and some while no server that keeps this timeline was up.
 */

export type VersionNewsComponents = {
  readonly store: Pick<Store, 'versions' | 'events'>;
  readonly now: () => number;
  /** How long events are kept: what is older would be taken off the timeline again. */
  readonly keptMs: () => Promise<number>;
  readonly tell: (drafts: readonly EventDraft[]) => void;
  readonly onError: (error: unknown) => void;
};

const pageMax = 100;
/** Versions that are told of at once; there are no more unless the timeline was away for very long. */
const versionsMax = 1000;

export class VersionNews {
  #told = 0;
  #looking: Promise<void> | null = null;

  constructor(
    readonly components: VersionNewsComponents,
    readonly options: { readonly name: string },
  ) {}

  /** What the timeline says already. */
  async load(): Promise<void> {
    const [newest] = await this.components.store.events.list({ kind: 'config', limit: 1 });
    this.#told = typeof newest?.data.version === 'number' ? newest.data.version : 0;
  }

  /** There is a version of this number: said at each look, and cheap where it has been told of. */
  seen(version: number): void {
    if (version <= this.#told || this.#looking !== null) return;
    this.#looking = this.#tell()
      .catch(this.components.onError)
      .finally(() => void (this.#looking = null));
  }

  /** Resolves when what was seen has been given to be written, or could not be read. */
  async end(): Promise<void> {
    while (this.#looking !== null) await this.#looking;
  }

  async #tell(): Promise<void> {
    const { store, now, keptMs, tell } = this.components;
    const since = now() - (await keptMs());
    const fresh: ConfigMeta[] = [];
    let newest = this.#told;
    for (let offset = 0; offset < versionsMax; offset += pageMax) {
      const page = await store.versions.list({ limit: pageMax, offset });
      const news = page.filter(({ version, at }) => version > this.#told && at > since);
      fresh.push(...news);
      newest = Math.max(newest, page[0]?.version ?? 0);
      if (news.length < pageMax) break;
    }
    this.#told = newest;
    if (fresh.length > 0) tell(fresh.toReversed().map((meta) => versionEvent(meta, this.options.name)));
  }
}
