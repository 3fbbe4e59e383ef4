import { problemOf } from '~/contract/errors.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { ShardingStatus } from '~/contract/shapes/sharding-status.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import { shardingEvents } from '~/core/events/sharding-events.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { shardingFactsOf, shardingStatusOf } from '~/core/standing/sharding.ts';
import { failoverOf, needsProvider } from '~/core/topology/failover-settings.ts';
import type { ShardingFacts } from '~/core/topology/sharding-safety.ts';
import { groupNames, storagesOf } from '~/core/topology/sharding-settings.ts';
import type { Report } from '~/core/view/report.ts';
import type { Coordinators } from '~/server/runtime/failover/coordinators.ts';
import { Followed } from '~/server/runtime/failover/followed.ts';

/** What the control plane knows of buckets: the last word of the active coordinator, which moves them with every server down, too. */
export type ShardingComponents = {
  readonly name: string;
  readonly config: () => ClusterConfig | null;
  readonly reports: () => ReadonlyMap<string, Report>;
  readonly coordinators: Coordinators;
  readonly now: () => number;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
  readonly tell: (drafts: readonly EventDraft[]) => void;
};

export const shardingLimits = {
  /** It is asked so often without anybody watching: issues and events are made from it. */
  viewEveryMs: 2000,
  freshMs: 200,
  /** A word that is older says nothing any more. */
  viewKeptMs: 8000,
  viewMs: 4000,
  viewEachMs: 2500,
  waitMs: 800,
} as const;

export type ShardingTold = { readonly by: string; readonly groups: readonly GroupView[]; readonly at: number };

export class Sharding {
  readonly followed: Followed<ShardingStatus>;
  #told: ShardingTold | null = null;
  /** Also what is forgotten to be shown anew: by it news are told. */
  #before: readonly GroupView[] = [];
  /** Buckets a second, of each group that was seen to move. */
  readonly #pace = new Map<string, number>();
  #why: string | null = null;
  #asking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly components: ShardingComponents,
    { boot }: { readonly boot: string },
  ) {
    this.followed = new Followed({ look: () => this.status(), now: components.now, boot, size: ({ groups }) => groups.reduce((sum, { storages }) => sum + storages.length, 0) });
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.enabled) void this.#ask(shardingLimits.viewEveryMs);
    }, shardingLimits.viewEveryMs);
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.followed.end();
    await this.#asking;
  }

  /** There are storages, and somebody who could even them out. */
  get enabled(): boolean {
    const config = this.components.config();
    return config !== null && needsProvider(failoverOf(config).mode) && groupNames(config).some((name) => storagesOf(config, name).length > 0);
  }

  /** Without asking anybody. */
  get told(): ShardingTold | null {
    return this.#told !== null && this.components.now() - this.#told.at <= shardingLimits.viewKeptMs ? this.#told : null;
  }

  facts(): ShardingFacts {
    return shardingFactsOf(this.#input());
  }

  shown(): ShardingStatus {
    return shardingStatusOf(this.#input());
  }

  /** As the coordinator says it now, or without it. */
  async status(): Promise<ShardingStatus> {
    if (this.enabled) await soon(this.#ask(shardingLimits.freshMs), shardingLimits.waitMs);
    return this.shown();
  }

  /** How fast the last rebalancing went that this server saw; null: it saw none. */
  paceOf(group: string): number | null {
    return this.#pace.get(group) ?? null;
  }

  /** What was just ordered shows at the next question. */
  forget(): void {
    this.#told = null;
    this.components.onChange();
  }

  #input() {
    const { config, reports, now, name } = this.components;
    return { config: config() ?? emptyConfig(name), reports: reports(), now: now(), told: this.enabled ? this.told : null, why: this.#why };
  }

  /** One question at a time, whoever asks. */
  async #ask(freshMs: number): Promise<void> {
    const { now, coordinators, onChange, tell, name } = this.components;
    if (this.#told !== null && now() - this.#told.at < freshMs) return;
    this.#asking ??= coordinators
      .ask((client, timeoutMs) => client.shardingView({}, { timeoutMs }), { timeoutMs: shardingLimits.viewMs, eachMs: shardingLimits.viewEachMs })
      .then(
        ({ by, value }) => {
          this.#told = { by, groups: value.groups, at: now() };
          for (const { group, state, progress } of value.groups) if (state === 'moving' && progress.ratePerSecond > 0) this.#pace.set(group, progress.ratePerSecond);
          const drafts = shardingEvents(this.#before, value.groups, { cluster: name, at: now() });
          this.#before = value.groups;
          if (drafts.length > 0) tell(drafts);
          this.#why = null;
          onChange();
        },
        (error: unknown) => {
          this.#why = problemOf(error).detail;
        },
      )
      .finally(() => {
        this.#asking = null;
      });
    await this.#asking;
  }
}

/** At most so long; it goes on by itself. */
async function soon(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
