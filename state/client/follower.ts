/**
 * A watch that goes on: a snapshot, then the changes after it, stream after stream. Each stream begins after the last
 * revision that was told, so nothing is left out and nothing comes twice; only a gap makes a new snapshot.
 */
import type { Clock } from '~/iproto/clock.ts';
import type { Entry, WatchEvent, WatchListener } from '../provider.ts';
import type { Backend } from './backend.ts';

const snapshotMs = 3_000;
const backoff = { firstMs: 20, maxMs: 1_000 } as const;

export type FollowerComponents = {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly random: () => number;
  readonly list: (timeoutMs: number) => Promise<{ readonly revision: number; readonly entries: ReadonlyMap<string, Entry> }>;
};

export class Follower {
  readonly #components: FollowerComponents;
  readonly #prefix: string;
  readonly #listener: WatchListener;
  /** Told up to here; null: a snapshot comes next. */
  #at: number | null;
  #closed = false;
  #interrupted = false;
  #failures = 0;
  #cancel = () => {};

  constructor(components: FollowerComponents, { prefix, after }: { readonly prefix: string; readonly after?: number }, listener: WatchListener) {
    this.#components = components;
    this.#prefix = prefix;
    this.#listener = listener;
    this.#at = after ?? null;
  }

  start(): void {
    if (this.#at === null) void this.#snapshot();
    else this.#stream(this.#at);
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  async #snapshot(): Promise<void> {
    try {
      const { revision, entries } = await this.#components.list(snapshotMs);
      if (this.#closed) return;
      this.#at = revision;
      this.#heard();
      this.#tell({ kind: 'snapshot', revision, entries });
      this.#stream(revision);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  #stream(after: number): void {
    if (this.#closed) return;
    const { clock } = this.#components;
    const startedAt = clock.now();
    this.#cancel = this.#components.backend.stream(this.#prefix, after, {
      opened: () => this.#heard(),
      changed: (revision, entries) => {
        if (this.#closed || revision <= this.#at!) return;
        this.#at = revision;
        this.#failures = 0;
        this.#tell({ kind: 'changed', revision, entries });
      },
      progress: (revision) => {
        this.#at = Math.max(this.#at!, revision);
      },
      ended: ({ reason, gap }) => {
        if (gap) this.#at = null;
        if (clock.now() - startedAt > backoff.maxMs) this.#failures = 0;
        this.#failed(reason);
      },
    });
  }

  #heard(): void {
    if (this.#closed || !this.#interrupted) return;
    this.#interrupted = false;
    this.#tell({ kind: 'resumed' });
  }

  #failed(reason: string): void {
    if (this.#closed) return;
    if (!this.#interrupted) {
      this.#interrupted = true;
      this.#tell({ kind: 'interrupted', reason });
    }
    if (this.#closed) return;
    const delayMs = this.#failures === 0 ? 0 : Math.min(backoff.firstMs * 2 ** this.#failures, backoff.maxMs) * (0.5 + this.#components.random() / 2);
    this.#failures += 1;
    this.#cancel = this.#components.clock.after(delayMs, () => this.start());
  }

  #tell(event: WatchEvent): void {
    this.#listener(event);
  }
}
