import { CoterieError } from '~/contract/errors.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { Obstacle } from '~/core/rebalance/observed.ts';
import { isAppointed, wantedMaster } from '~/core/topology/master.ts';
import { groupNames, storagesOf } from '~/core/topology/sharding-settings.ts';
import { StateError } from '~/state/errors.ts';
import type { CoordinatorRunner } from '~/agent/failover/coordinator-runner.ts';
import { monotonicMs } from '~/agent/failover/monotonic.ts';
import type { StateLink } from '~/agent/failover/state-link.ts';
import { Soon } from '~/agent/lifecycle/soon.ts';
import type { Peers } from '~/agent/link/peers.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { StorageCall } from './calls.ts';
import { Group } from './group.ts';
import { readRecords, writeRecord } from './group-record.ts';
import type { Master } from './seats.ts';

/**
 * Evens out buckets, in the agent whose failover coordinator is the active one, and only as long as it is: with the lock
 * goes all that it knew, and whoever has it next begins from what storages and records say.
 */
export type RebalancingParts = {
  readonly coordinator: () => CoordinatorRunner | null;
  readonly link: () => StateLink | null;
  readonly config: () => ClusterConfig | null;
  readonly peers: Peers;
  readonly call: StorageCall;
  readonly log: Logger;
  readonly now: () => number;
};

const busyMs = 500;
const idleMs = 2500;
const decideAfterMs = 3;

export class Rebalancing {
  readonly #parts: RebalancingParts;
  readonly #uuid: string;
  readonly #soon = new Soon(() => this.#decide(), decideAfterMs);
  #mandate: { readonly runner: CoordinatorRunner; readonly term: number } | null = null;
  #groups = new Map<string, Group>();
  #timer: NodeJS.Timeout | null = null;
  #waking: NodeJS.Timeout | null = null;
  #turning = false;
  /** Those of the last look. */
  #config: ClusterConfig | null = null;
  #runner: CoordinatorRunner | null = null;
  #ended = false;

  constructor(parts: RebalancingParts, { uuid }: { readonly uuid: string }) {
    this.#parts = parts;
    this.#uuid = uuid;
  }

  start(): void {
    void this.#turn();
  }

  /** Each second: what somebody has just configured, and who has just become a coordinator, is looked at now. */
  tick(): void {
    const { config, coordinator } = this.#parts;
    if (this.#turning || (config() === this.#config && coordinator() === this.#runner)) return;
    if (this.#timer) clearTimeout(this.#timer);
    void this.#turn();
  }

  /** Whoever asks another one is told who is active. Throws CONFLICT. */
  group(name: string): Group {
    this.#active();
    const found = this.#groups.get(name);
    if (!found) throw new CoterieError('NOT_FOUND', `There is no group ${name} with storages. There are: ${[...this.#groups.keys()].toSorted().join(', ') || 'none'}.`);
    return found;
  }

  views(): GroupView[] {
    this.#active();
    return [...this.#groups.values()].map((group) => group.view()).toSorted((a, b) => (a.group < b.group ? -1 : 1));
  }

  masterOf(replicaset: string): Master | null {
    const config = this.#parts.config();
    if (config === null) return null;
    const state = this.#parts.coordinator()?.caseOf(replicaset)?.records.state?.value;
    const instance = isAppointed(config, replicaset) ? (state?.phase === 'promoting' ? null : (state?.master ?? null)) : wantedMaster(config, replicaset);
    const uri = instance === null ? undefined : config.instances[instance]?.uri;
    return instance === null || uri === undefined ? null : { instance, uri };
  }

  end(): void {
    this.#ended = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#waking) clearTimeout(this.#waking);
    this.#soon.end();
    this.#drop();
  }

  #active(): void {
    const { coordinator } = this.#parts;
    const runner = coordinator();
    if (runner === null) throw new CoterieError('CONFLICT', 'This instance has no role failover-coordinator.');
    const { active, holder } = runner.status;
    if (!active || this.#mandate === null) throw new CoterieError('CONFLICT', `This is not the active coordinator${holder === null ? '; nobody is' : ''}.`, { holder: active ? null : holder });
  }

  async #turn(): Promise<void> {
    this.#timer = null;
    if (this.#ended) return;
    this.#turning = true;
    try {
      await this.#look();
    } catch (error) {
      this.#parts.log.warn({ error: String(error) }, 'sharding could not be looked after; it is tried again');
    }
    this.#turning = false;
    // One that is no coordinator has nothing to look at.
    if (this.#ended || this.#runner === null) return;
    const busy = this.#mandate === null || [...this.#groups.values()].some((group) => group.busy || group.kept === undefined);
    this.#timer = setTimeout(() => void this.#turn(), busy ? busyMs : idleMs);
  }

  async #look(): Promise<void> {
    const { coordinator, link, config: configOf } = this.#parts;
    const runner = coordinator();
    this.#runner = runner;
    this.#config = configOf();
    const [provider, config, term] = [link()?.provider ?? null, configOf(), runner?.status.active ? runner.status.term : null];
    if (runner === null || provider === null || config === null || term === null) return this.#drop();
    if (this.#mandate?.runner !== runner || this.#mandate.term !== term) {
      this.#drop();
      this.#mandate = { runner, term };
    }
    this.#configure(config, term);
    if (this.#groups.size === 0) return;
    for (const group of this.#groups.values()) group.look();
    const records = await readRecords(provider);
    if (this.#mandate?.runner !== runner || this.#mandate.term !== term) return;
    for (const [name, group] of this.#groups) {
      const found = records.get(name) ?? null;
      // What this one has written meanwhile is newer than what it read before.
      if (typeof found === 'string' || typeof group.kept !== 'object' || group.kept === null || found === null || found.revision >= group.kept.revision) group.kept = found;
    }
    this.#soon.poke();
  }

  #configure(config: ClusterConfig, term: number): void {
    const names = groupNames(config).filter((name) => storagesOf(config, name).length > 0);
    for (const [name, group] of this.#groups) {
      if (names.includes(name)) continue;
      group.end();
      this.#groups.delete(name);
    }
    const { call, config: configOf, log, now, link } = this.#parts;
    for (const name of names) {
      if (this.#groups.has(name)) continue;
      const parts = {
        call, config: configOf, log, now,
        masterOf: (replicaset: string) => this.masterOf(replicaset),
        obstaclesOf: (replicaset: string) => this.#obstaclesOf(replicaset),
        write: async (before: Parameters<typeof writeRecord>[1]['before'], record: Parameters<typeof writeRecord>[1]['record']) => {
          const provider = link()?.provider;
          if (!provider) throw new CoterieError('UNAVAILABLE', 'There is no state provider.');
          try {
            return await writeRecord(provider, { group: name, before, record, guard: this.#mandate?.runner.guard ?? null });
          } catch (error) {
            throw error instanceof StateError ? new CoterieError('UNAVAILABLE', error.message) : error;
          }
        },
        poke: () => this.#soon.poke(),
      };
      this.#groups.set(name, new Group(parts, { name, term }));
    }
  }

  #decide(): void {
    if (this.#mandate === null || !this.#mandate.runner.status.active) return;
    const now = monotonicMs();
    let wakeAt = Infinity;
    for (const group of this.#groups.values()) {
      group.decide();
      wakeAt = Math.min(wakeAt, group.wakeAt(now));
    }
    if (this.#waking) clearTimeout(this.#waking);
    this.#waking = wakeAt < now + idleMs ? setTimeout(() => this.#soon.poke(), Math.max(1, wakeAt - now)) : null;
  }

  #drop(): void {
    for (const group of this.#groups.values()) group.end();
    this.#groups = new Map();
    this.#mandate = null;
  }

  /** What the record asks for before a row counts as safe, and who of those is not there. */
  #obstaclesOf(replicaset: string): Obstacle[] {
    const config = this.#parts.config();
    if (config === null || this.masterOf(replicaset) === null) return [{ kind: 'noMaster' }];
    const policy = this.#parts.coordinator()?.caseOf(replicaset)?.records.state?.value.policy;
    const voters = policy?.voters ?? Object.keys(config.instances).filter((uuid) => config.instances[uuid]?.replicaset === replicaset && !config.instances[uuid]?.disabled);
    const need = policy && policy.copies > 0 ? policy.copies : voters.length;
    const away = voters.filter((uuid) => uuid !== this.#uuid && !this.#isThere(uuid));
    return voters.length - away.length < need ? [{ kind: 'voterAway', names: away.map((uuid) => config.instances[uuid]?.alias ?? uuid).toSorted() }] : [];
  }

  #isThere(uuid: string): boolean {
    const peer = this.#parts.peers.find(uuid);
    return peer !== null && (peer.state === 'alive' || peer.state === 'suspected') && peer.payload.readOnly !== null;
  }
}
