import { failoverEvents } from '~/core/events/failover-events.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { ages, type Report } from '~/core/view/report.ts';
import type { TrailRow } from '~/core/incidents/rows.ts';
import type { AgentClient } from '~/link/protocol.ts';
import type { Store } from '~/server/store/index.ts';

/**
 * Brings what the agents note about failover into the database. Each report says how far the agent's log reaches, so
 * only one that has grown is asked. Every server does it: whoever is first writes, and tells the timeline.
 */
export type NotesComponents = {
  readonly store: Pick<Store, 'failover'>;
  readonly config: () => ClusterConfig | null;
  readonly reports: () => ReadonlyMap<string, Report>;
  readonly client: (uuid: string, alias: string) => AgentClient;
  readonly now: () => number;
  /** Those that this server was the first to bring. */
  readonly onFresh: (rows: readonly TrailRow[]) => void;
};

export const notesLimits = { callMs: 3000, atOnceMax: 8, /** A log holds a thousand. */ pagesMax: 4, pageEntries: 500 } as const;

/** What is measured of a clock is off by half a round trip: a smaller difference is none. */
export const skewMs = 100;

export class Notes {
  #cursors = new Map<string, { life: string; number: number }>();
  readonly #asked = new Set<string>();

  constructor(readonly components: NotesComponents) {}

  async load(): Promise<void> {
    for (const [agent, cursor] of await this.components.store.failover.cursors()) this.#cursors.set(agent, cursor);
  }

  /** Tells how many were new; an agent that does not answer is asked again the next time. */
  async collect(): Promise<number> {
    const now = this.components.now();
    const grown = [...this.components.reports()].flatMap(([uuid, { status, clockOffsetMs, receivedAt }]) => {
      const newest = status.failover?.trail;
      // One that has fallen silent would only be waited for.
      if (newest === undefined || now - receivedAt > ages.staleMs || (this.#asked.has(uuid) && (this.#cursors.get(uuid)?.number ?? 0) === newest)) return [];
      return [{ uuid, alias: status.alias, clockOffsetMs: Math.abs(clockOffsetMs ?? 0) < skewMs ? 0 : clockOffsetMs! }];
    });
    let fresh = 0;
    for (let first = 0; first < grown.length; first += notesLimits.atOnceMax) {
      const counts = await Promise.allSettled(grown.slice(first, first + notesLimits.atOnceMax).map((agent) => this.#from(agent)));
      for (const one of counts) if (one.status === 'fulfilled') fresh += one.value;
    }
    return fresh;
  }

  async #from({ uuid, alias, clockOffsetMs }: { uuid: string; alias: string; clockOffsetMs: number }): Promise<number> {
    const { store, client, config } = this.components;
    let fresh = 0;
    for (let page = 0; page < notesLimits.pagesMax; page += 1) {
      const cursor = this.#cursors.get(uuid) ?? { life: '', number: 0 };
      const { life, entries } = await client(uuid, alias).failoverTrail({ after: cursor.number }, { timeoutMs: notesLimits.callMs });
      if (life !== cursor.life && cursor.number > 0) {
        this.#cursors.set(uuid, { life, number: 0 });
        continue;
      }
      const rows: TrailRow[] = entries.map((entry) => ({ ...entry, at: Math.max(0, Math.round(entry.at - clockOffsetMs)), agent: uuid, life }));
      const added = await store.failover.add(rows, (told) => failoverEvents(told, config()));
      this.components.onFresh(added);
      fresh += added.length;
      this.#asked.add(uuid);
      this.#cursors.set(uuid, { life, number: entries.at(-1)?.number ?? cursor.number });
      if (entries.length < notesLimits.pageEntries) break;
    }
    return fresh;
  }
}
