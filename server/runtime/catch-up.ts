import type { ApplyRun } from '~/contract/shapes/plan.ts';
import { settledRun } from '~/core/apply/settle.ts';
import { failedRoles } from '~/core/roles/failed.ts';
import type { Report } from '~/core/view/report.ts';
import type { AgentClient } from '~/link/protocol.ts';
import type { Store } from '~/server/store/index.ts';
import { waitMs, type Backoff } from './backoff.ts';
import type { Versions } from './versions.ts';

/**
 * Brings instances up to date that were away at a commit. They also pull by gossip; this makes it certain, and closes
 * the run that they were pending in. An instance whose version is not of our history is left alone: that is an issue, not a lag.
 */

export type CatchUpComponents = {
  readonly store: Pick<Store, 'versions' | 'runs'>;
  readonly versions: Versions;
  readonly client: (uuid: string, alias: string) => AgentClient;
  readonly reportOf: (uuid: string) => Report | null;
  readonly isApplying: () => boolean;
  readonly now: () => number;
  readonly random: () => number;
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
};

export type CatchUpOptions = {
  /** An instance may be behind for so long before it is handed the version: a commit on its way is no lag. */
  readonly patienceMs: number;
  readonly callMs: number;
  readonly backoff: Backoff;
  readonly callsMax: number;
};

export const catchUpDefaults: CatchUpOptions = { patienceMs: 500, callMs: 10_000, backoff: { firstMs: 500, maxMs: 30_000 }, callsMax: 8 };

type Behind = { since: number; failures: number; notBefore: number; busy: boolean };

export class CatchUp {
  readonly #behind = new Map<string, Behind>();
  /** Runs with instances that have not applied them yet. */
  readonly #partial = new Map<string, ApplyRun>();
  #calls = 0;

  constructor(
    readonly components: CatchUpComponents,
    readonly options: CatchUpOptions = catchUpDefaults,
  ) {}

  async load(): Promise<void> {
    for (const run of await this.components.store.runs.list({ state: 'partial', limit: 20, offset: 0 })) this.#partial.set(run.id, run);
  }

  finished(run: ApplyRun): void {
    if (run.state === 'partial') this.#partial.set(run.id, run);
  }

  partial(): ApplyRun[] {
    return [...this.#partial.values()];
  }

  took(uuid: string, { status }: Report): void {
    const current = this.components.versions.current;
    if (current === null) return;
    const isMember = uuid in current.config.instances || uuid in current.config.expelled;
    if (isMember && (status.config?.version ?? 0) < current.version) this.#late(uuid, status);
    else this.#behind.delete(uuid);
    this.#closeRuns();
  }

  #late(uuid: string, { alias, config }: Report['status']): void {
    const { now, isApplying } = this.components;
    const late = this.#behind.get(uuid) ?? { since: now(), failures: 0, notBefore: 0, busy: false };
    this.#behind.set(uuid, late);
    const due = Math.max(late.since + this.options.patienceMs, late.notBefore);
    if (late.busy || now() < due || isApplying() || this.#calls >= this.options.callsMax) return;
    late.busy = true;
    this.#calls += 1;
    void this.#handOver({ uuid, alias, theirs: config })
      .then(
        () => (late.failures = 0),
        (error: unknown) => {
          late.failures += 1;
          late.notBefore = now() + waitMs(this.options.backoff, late.failures, this.components.random);
          this.components.onError(error);
        },
      )
      .finally(() => {
        late.busy = false;
        this.#calls -= 1;
      });
  }

  async #handOver({ uuid, alias, theirs }: { uuid: string; alias: string; theirs: { version: number; hash: string } | null }): Promise<void> {
    const { versions, store, client } = this.components;
    const committed = versions.committed;
    if (committed === null) return;
    if (theirs !== null) {
      const ours = await store.versions.get(theirs.version);
      if (ours !== null && ours.meta.hash !== theirs.hash) throw new Error(`${alias} has another configuration version ${theirs.version} than this server`);
    }
    await client(uuid, alias).adopt({ committed, waitMs: 0 }, { timeoutMs: this.options.callMs });
  }

  #closeRuns(): void {
    const { versions, reportOf, onChange, onError } = this.components;
    const config = versions.current?.config;
    for (const run of this.#partial.values()) {
      const settled = settledRun(
        run,
        (uuid) => {
          const status = reportOf(uuid)?.status;
          return status ? { committedVersion: status.config?.version ?? 0, appliedVersion: status.appliedVersion, reason: status.reason, fault: failedRoles(status.roles) } : null;
        },
        (uuid) => config !== undefined && !(uuid in config.instances) && !(uuid in config.expelled),
      );
      if (settled === run) continue;
      if (settled.state === 'done') this.#partial.delete(run.id);
      else this.#partial.set(run.id, settled);
      void this.#write(settled).catch(onError);
      onChange();
    }
  }

  async #write({ id, instances, state }: ApplyRun): Promise<void> {
    const { store, now } = this.components;
    if (state === 'done') await store.runs.finish(id, { at: now(), state: 'done', instances });
    else await store.runs.progress(id, instances);
  }
}
