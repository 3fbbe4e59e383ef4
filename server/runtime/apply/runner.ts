import type { ClusterConfig, ConfigVersion, Surface } from '~/contract/shapes/config.ts';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import { ApplyCoordinator } from '~/core/apply/coordinator.ts';
import type { RunHead } from '~/core/apply/coordinator-messages.ts';
import { participantsOf } from '~/core/apply/participants.ts';
import type { ApplyPolicy } from '~/core/apply/policy.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { hashOf } from '~/link/hash.ts';
import type { AgentClient, Committed } from '~/link/protocol.ts';
import type { AuditDraft, Store } from '~/server/store/index.ts';
import type { ChangeLock } from '../change-lock.ts';
import type { Versions } from '../versions.ts';
import { called, isCall } from './calls.ts';
import { drive } from './drive.ts';
import { recorded } from './records.ts';
import { settleLeft } from './recovery.ts';

/** The shell around the two-phase apply: one change at a time, made against the newest version, recorded before it is committed. */

export type RunnerComponents = {
  readonly store: Pick<Store, 'runs' | 'versions'>;
  readonly versions: Versions;
  readonly lock: ChangeLock;
  readonly client: (uuid: string, alias: string) => AgentClient;
  /** Instances whose agents answer now. */
  readonly reachable: () => ReadonlySet<string>;
  readonly now: () => number;
  readonly newUuid: () => string;
  /** A run has ended. */
  readonly onChange: () => void;
  /** An instance has the version, and `applied`: in effect. */
  readonly onCommitted: (uuid: string, config: { readonly version: number; readonly hash: string }, applied: boolean) => void;
  readonly onFinished: (run: ApplyRun) => void;
  readonly onError: (error: unknown) => void;
};

export type RunnerOptions = {
  /** This server, the same over its restarts. */
  readonly owner: string;
  readonly policy?: Partial<ApplyPolicy>;
};

/** Bytes per second that the slowest link of a cluster is taken to carry. */
const slowestBytesPerMs = 1000;

/**
 * How long a call may take grows with what it carries. An instance that hangs shows in its status within seconds;
 * a change that meets it before that is held up for one prepare and one commit, so both are short and made again.
 */
const policyFor = (bytes: number): Partial<ApplyPolicy> => {
  const callTimeoutMs = 3000 + Math.ceil(bytes / slowestBytesPerMs);
  return { callTimeoutMs, prepareTimeoutMs: callTimeoutMs + 500, applyWaitMs: 1000 };
};

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

export type ChangeMeta = { readonly author: string; readonly surface: Surface; readonly reason: string | null };

/** The entry that is written together with the decision; `written` is called once it is. */
export type RunAudit = { readonly entry: () => AuditDraft; readonly written: () => void };

type Driven = { readonly id: string; readonly begun: Promise<void>; readonly lost: AbortSignal; readonly audit: () => AuditDraft | null; readonly won?: () => void };

export class ApplyRunner {
  readonly #live = new Map<string, ApplyCoordinator>();
  readonly #writing = new Set<Promise<void>>();
  /** Nothing of an earlier life of this server is left to be settled. */
  #settled = false;

  constructor(
    readonly components: RunnerComponents,
    readonly options: RunnerOptions,
  ) {}

  /** A run under way in this process, as it is now. */
  live(id: string): ApplyRun | null {
    return this.#live.get(id)?.run() ?? null;
  }

  get isRunning(): boolean {
    return [...this.#live.values()].some(({ finished }) => !finished);
  }

  running(): ApplyRun[] {
    return [...this.#live.values()].filter(({ finished }) => !finished).map((machine) => machine.run());
  }

  /** Resolves when the ends of all runs have been written, or could not be. */
  async written(): Promise<void> {
    await Promise.all(this.#writing);
  }

  /** `decide` gets the newest version and gives the next configuration, or null where nothing is to be done. Null: it was. */
  change(meta: ChangeMeta, decide: (base: ConfigVersion | null) => ClusterConfig | null, audit?: RunAudit): Promise<ApplyRun | null> {
    const { lock, versions } = this.components;
    return lock.hold(async (lost) => {
      if (!this.#settled) await this.#settle();
      // Alone on its database, this server has made the newest version itself, or has read it at its start.
      const base = lock.options.shared === null ? versions.current : await versions.refresh();
      const config = decide(base);
      return config === null ? null : this.#apply({ config, meta, base: versions.committed, lost, ...(audit ? { audit } : {}) });
    });
  }

  /** Settles what a server that died has left. Does nothing while another server holds the lock: it is alive. */
  async recover(): Promise<void> {
    const { store, lock } = this.components;
    const left = (await store.runs.unfinished()).filter(({ run }) => !this.#live.has(run.id));
    if (left.length === 0) return;
    await lock.hold(() => this.#settle(), 0).catch((error: { code?: string }) => {
      if (error.code !== 'CONFLICT') throw error;
    });
  }

  async #settle(): Promise<void> {
    await settleLeft(
      { ...this.components, isLive: (id) => this.#live.has(id), finish: (machine, id) => this.#drive(machine, { id, begun: Promise.resolve(), lost: new AbortController().signal, audit: () => null }) },
      this.options,
    );
    // Another server may die at any time; on a database of our own, only we could have left something.
    this.#settled = this.components.lock.options.shared === null;
  }

  async #apply({ config, meta, base, lost, audit }: { config: ClusterConfig; meta: ChangeMeta; base: Committed | null; lost: AbortSignal; audit?: RunAudit }): Promise<ApplyRun> {
    const { versions, now, newUuid, store } = this.components;
    const reachable = this.components.reachable();
    const { owner } = this.options;
    const run: RunHead = { id: newUuid(), owner, startedAt: now(), ...meta };
    const text = canonicalText(config);
    const version = (base?.meta.version ?? 0) + 1;
    const candidate: Committed = { meta: { version, hash: hashOf(text), ...meta, at: run.startedAt, base: base?.meta.version ?? null }, text };
    const participants = participantsOf({ base: versions.current?.config ?? null, candidate: config, reachable: (uuid) => reachable.has(uuid) });
    const machine = new ApplyCoordinator({ run, base, candidate, participants, policy: { ...policyFor(text.length), ...this.options.policy } });
    // The agents are asked first and answer meanwhile; the decision waits for it.
    const first = machine.run();
    let entry: AuditDraft | null = null;
    const begun = nextTurn().then(() => {
      entry = audit?.entry() ?? null;
      return store.runs.begin(first, owner);
    });
    begun.catch(() => {});
    const won = () => {
      versions.set(candidate, config);
      audit?.written();
    };
    return this.#drive(machine, { id: run.id, begun, lost, audit: () => entry, won });
  }

  async #drive(machine: ApplyCoordinator, { id, begun, lost, audit, won }: Driven): Promise<ApplyRun> {
    const { store, now, client, onChange, onCommitted, onFinished } = this.components;
    const { owner } = this.options;
    this.#live.set(id, machine);
    try {
      const run = await drive(machine, {
        now,
        carryOut: async (effect) => {
          if (isCall(effect)) {
            const event = await called(effect, () => client(effect.uuid, effect.uuid));
            if (effect.kind === 'commit' && event.kind === 'committed' && event.answer.committed) onCommitted(effect.uuid, effect, event.answer.applied);
            return event;
          }
          const event = await recorded(effect, store.runs, { owner, now, begun, lost, audit });
          if (event.kind === 'decisionRecorded' && event.outcome === 'won') won?.();
          return event;
        },
      });
      onFinished(run);
      // Whoever asks for it meanwhile gets it from here; nobody has to wait for the database once more.
      const writing = this.#finish(run).finally(() => this.#forget(id));
      this.#writing.add(writing);
      void writing.finally(() => this.#writing.delete(writing));
      // Another server that gets the lock next must not find it unfinished.
      if (this.components.lock.options.shared !== null) await writing;
      onChange();
      return run;
    } catch (error) {
      this.#forget(id);
      throw error;
    }
  }

  #forget(id: string): void {
    this.#live.delete(id);
    this.components.onChange();
  }

  /** A run whose end could not be written is decided all the same: recovery finds it and writes it down. */
  async #finish(run: ApplyRun): Promise<void> {
    if (run.state !== 'done' && run.state !== 'partial') return;
    // A write to SQLite is over before anything else is done: on another turn than the answer.
    await nextTurn();
    const { store, now, onError } = this.components;
    await store.runs.finish(run.id, { at: run.finishedAt ?? now(), state: run.state, instances: run.instances }).catch(onError);
  }
}
