import { problemOf } from '~/contract/errors.ts';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import type { CoordinatorView, DecisionView, PauseView } from '~/contract/shapes/failover-view.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { failoverOf, needsProvider } from '~/core/topology/failover-settings.ts';
import { failoverStatusOf } from '~/core/standing/status.ts';
import type { TrailRow } from '~/core/incidents/rows.ts';
import type { Report } from '~/core/view/report.ts';
import type { AgentClient } from '~/link/protocol.ts';
import type { Store } from '~/server/store/index.ts';
import { Coordinators } from './coordinators.ts';
import { Followed } from './followed.ts';
import { Notes } from './notes.ts';
import { Orders } from './orders.ts';
import { Rehearsal } from './rehearsal.ts';
import { madeBy } from './changes.ts';
import type { Incident } from '~/contract/shapes/incident.ts';

/**
 * What the control plane knows of failover: the last word of the active coordinator, the notes of all agents, and what
 * people have ordered. It decides nothing; with every server down masters are appointed as before.
 */
export type FailoverComponents = {
  readonly store: Pick<Store, 'failover' | 'failoverOrders' | 'provider'>;
  readonly name: string;
  readonly config: () => ClusterConfig | null;
  readonly reports: () => ReadonlyMap<string, Report>;
  readonly client: (uuid: string, alias: string) => AgentClient;
  readonly now: () => number;
  readonly newUuid: () => string;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
};

export const failoverLimits = {
  everyMs: 1000,
  /** The coordinator's view is renewed so often without anybody asking: issues are made from it. */
  viewEveryMs: 2000,
  /** One that is younger answers a question. */
  freshMs: 250,
  /** One that is older says nothing any more. */
  viewKeptMs: 6000,
  /** The coordinator asks the provider how it is, which may be slow. */
  viewMs: 4000,
  viewEachMs: 2500,
  /** Whoever asks waits no longer for it: what was said before is shown then. */
  waitMs: 800,
  decisionsEveryMs: 30_000,
  decisionsMs: 3000,
} as const;

export type Told = { readonly by: string; readonly view: CoordinatorView; readonly at: number };
/** As issues see it. */
export type FailoverKnown = { readonly told: Told | null; readonly why: string | null; readonly pause: { readonly pause: PauseView | null; readonly at: number } | null };

export class Failover {
  readonly coordinators: Coordinators;
  readonly orders: Orders;
  readonly followed: Followed<FailoverStatus>;
  readonly rehearsal: Rehearsal;
  /** Changes that this server wrote down and that nobody has counted yet. */
  readonly changes: Incident[] = [];
  readonly #notes: Notes;
  readonly #uncounted = new Map<string, Set<number>>();
  readonly #decided = new Map<string, string>();
  #told: Told | null = null;
  #pause: FailoverKnown['pause'] = null;
  #why: string | null = null;
  #asking: Promise<void> | null = null;
  #decisionsAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> | null = null;

  constructor(
    readonly components: FailoverComponents,
    readonly options: { readonly boot: string },
  ) {
    const { config, reports, client, now, newUuid, onChange, onError, store } = components;
    this.coordinators = new Coordinators({ config, reports, client, now });
    this.orders = new Orders({ store, now, newUuid, onChange, onError }, { boot: options.boot });
    const onFresh = (rows: readonly TrailRow[]) => {
      for (const { replicaset, epoch, what } of rows) if (what === 'promoted') this.#uncounted.set(replicaset, (this.#uncounted.get(replicaset) ?? new Set()).add(epoch));
    };
    this.#notes = new Notes({ store, config, reports, client, now, onFresh });
    this.rehearsal = new Rehearsal({ now, look: async () => ({ status: await this.status(), config: config() ?? emptyConfig(this.components.name), reports: reports() }) });
    this.followed = new Followed({ look: () => this.status(), now, boot: options.boot, size: ({ replicasets }) => replicasets.length });
  }

  async load(): Promise<void> {
    await Promise.all([this.#notes.load(), this.orders.look(0)]);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#busy ??= this.#look().finally(() => {
        this.#busy = null;
      });
    }, failoverLimits.everyMs);
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.followed.end();
    await this.#busy;
    await this.#asking;
    await this.orders.end();
  }

  /** Without asking anybody. */
  get known(): FailoverKnown {
    const told = this.#told !== null && this.components.now() - this.#told.at <= failoverLimits.viewKeptMs ? this.#told : null;
    return { told, why: this.#why, pause: this.#pause };
  }

  get appoints(): boolean {
    const config = this.components.config();
    return config !== null && needsProvider(failoverOf(config).mode);
  }

  /** As the coordinator says it now, or without it. */
  async status(): Promise<FailoverStatus> {
    // Where the database does not answer, that is told of once a second.
    const orders = this.orders.look().catch(() => undefined);
    await soon(Promise.all([orders, this.appoints ? this.#askView(failoverLimits.freshMs) : null]), failoverLimits.waitMs);
    return this.shown();
  }

  shown(): FailoverStatus {
    const { config, reports, now, name } = this.components;
    const { told, why, pause } = this.known;
    return failoverStatusOf({ config: config() ?? emptyConfig(name), reports: reports(), now: now(), told: this.appoints && why === null ? told : null, why, pause, orders: this.orders.all() });
  }

  /** What was just ordered shows at the next question. */
  forget(): void {
    this.#told = null;
    this.#decisionsAt = -Infinity;
    this.components.onChange();
  }

  /** Now, and not when the next second is over. */
  async collect(): Promise<void> {
    await this.#notes.collect();
    if (this.appoints) await this.#decisions();
  }

  async #look(): Promise<void> {
    try {
      this.orders.beat();
      // None waits for another: the notes of one agent may take their time.
      const [fresh] = await Promise.all([this.#notes.collect(), this.appoints ? this.#askView(failoverLimits.viewEveryMs) : null, this.orders.look()]);
      await this.#count();
      if (!this.appoints) return;
      if (fresh > 0 || this.components.now() - this.#decisionsAt > failoverLimits.decisionsEveryMs) await this.#decisions();
    } catch (error) {
      this.components.onError(error);
    }
  }

  /** A second after the new master began to write the others have mostly told what they know of it. */
  async #count(): Promise<void> {
    const { store, config, now } = this.components;
    for (const [replicaset, epochs] of this.#uncounted) {
      this.#uncounted.delete(replicaset);
      if (this.changes.length < changesMax) this.changes.push(...(await madeBy({ store, config: config(), now: now() }, replicaset, epochs)));
    }
  }

  /** One question at a time, whoever asks. */
  async #askView(freshMs: number): Promise<void> {
    const { now, onChange } = this.components;
    if (this.#told !== null && now() - this.#told.at < freshMs) return;
    this.#asking ??= this.coordinators
      .ask((client, timeoutMs) => client.failoverView({}, { timeoutMs }), { timeoutMs: failoverLimits.viewMs, eachMs: failoverLimits.viewEachMs })
      .then(
        ({ by, value }) => {
          const before = this.#told;
          this.#told = { by, view: value, at: now() };
          this.#pause = { pause: value.pause, at: now() };
          this.#why = null;
          if (before?.by !== by || before.view.pause?.reason !== value.pause?.reason) onChange();
        },
        (error: unknown) => {
          this.#why = problemOf(error).detail;
          if (this.known.told === null) this.#told = null;
        },
      )
      .finally(() => {
        this.#asking = null;
      });
    await this.#asking;
  }

  /** The provider keeps the last few of each replicaset. */
  async #decisions(): Promise<void> {
    const { store, now } = this.components;
    this.#decisionsAt = now();
    const { value } = await this.coordinators.ask((client, timeoutMs) => client.failoverDecisions({}, { timeoutMs }), { timeoutMs: failoverLimits.decisionsMs });
    const fresh = value.filter((decision) => this.#decided.get(keyOf(decision)) !== JSON.stringify(decision));
    if (fresh.length === 0) return;
    await store.failover.decide(fresh, now());
    for (const decision of fresh) this.#decided.set(keyOf(decision), JSON.stringify(decision));
  }
}

/** Where nobody reads them. */
const changesMax = 10_000;

/** At most so long; it goes on by itself. */
async function soon(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const keyOf = ({ replicaset, epoch }: DecisionView) => `${replicaset} ${epoch % 64}`;
