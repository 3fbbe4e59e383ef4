import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { GroupStatus, ShardingStatus } from '~/contract/shapes/sharding-status.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { ShardingFacts } from '~/core/topology/sharding-safety.ts';
import { failoverOf, needsProvider } from '~/core/topology/failover-settings.ts';
import { groupNames, groupSettings, storagesOf } from '~/core/topology/sharding-settings.ts';
import { ages, type Report } from '~/core/view/report.ts';
import { drainOf, presentIn } from './drain.ts';
import { namesIn } from './replicaset.ts';
import { wayOutOf } from './way-out.ts';

/**
 * Sharding as people see it: the word of the active coordinator, and where there is none what the masters reported, so
 * that it is known where the buckets are also when nobody moves them.
 */
export type ShardingInput = {
  readonly config: ClusterConfig;
  readonly reports: ReadonlyMap<string, Report>;
  readonly now: number;
  readonly told: { readonly by: string; readonly groups: readonly GroupView[] } | null;
  /** Why nobody told. */
  readonly why: string | null;
};

export const needsProviderSentence = 'Sharding keeps what it decides in the state provider of failover, and there is none.';
export const needsProviderWayOut = 'Give the cluster one: `coterie failover configure --mode stateful --provider etcd --endpoints ...`, or role stateboard and `--provider stateboard`; and role failover-coordinator to an instance.';

export function shardingStatusOf({ config, reports, now, told, why }: ShardingInput): ShardingStatus {
  const enabled = needsProvider(failoverOf(config).mode);
  const names = groupNames(config).filter((name) => storagesOf(config, name).length > 0);
  const groups = names.map((name): GroupStatus => {
    const { name: _name, ...settings } = groupSettings(config, name);
    const view = told?.groups.find(({ group }) => group === name) ?? reportedGroup(name, { config, reports, now, sentence: enabled ? (why ?? 'No coordinator has told of it yet.') : `${needsProviderSentence} ${needsProviderWayOut}` });
    const waits = view.waits.map(withWayOut);
    const storages = view.storages.map((storage) => ({ ...storage, waits: storage.waits.map(withWayOut), drain: drainOf(storage, view) }));
    return { ...view, storages, waits, settings, health: healthOf(view, told !== null) };
  });
  const named = namesIn(config);
  return { at: now, enabled, source: told === null ? { kind: 'reports', coordinator: null, why: enabled ? (why ?? 'No coordinator has told of it yet.') : needsProviderSentence } : { kind: 'coordinator', coordinator: named(told.by), why: null }, groups };
}

const withWayOut = <W extends GroupView['waits'][number]>(wait: W) => ({ ...wait, wayOut: wayOutOf(wait) });

function healthOf({ state, waits }: GroupView, told: boolean): GroupStatus['health'] {
  if (!told) return 'unknown';
  if (state === 'notBootstrapped' || state === 'waiting' || state === 'impossible' || state === 'paused') return 'warning';
  return waits.some(({ blocks }) => blocks !== 'nothing') ? 'warning' : 'ok';
}

function reportedGroup(name: string, { config, reports, now, sentence }: Pick<ShardingInput, 'config' | 'reports' | 'now'> & { sentence: string }): GroupView {
  const storages = storagesOf(config, name).map((uuid): GroupView['storages'][number] => {
    const told = reportOf(config, reports, uuid);
    const status = told?.status.sharding;
    return {
      uuid, alias: config.replicasets[uuid]?.alias ?? uuid, weight: config.replicasets[uuid]?.weight ?? 0,
      owned: status?.owned ?? null, pinned: status?.states.pinned ?? 0, target: null, arriving: status?.states.receiving ?? 0, leaving: status?.leaving ?? 0,
      states: status?.states ?? {}, ageMs: told === null ? null : Math.max(0, now - told.receivedAt), waits: [], blockers: status?.blockers ?? [],
    };
  });
  return {
    group: name, bootstrapped: null, state: 'waiting', sentence, storages, moves: [], left: 0, inFlight: 0, progress: { moved: 0, ratePerSecond: 0, etaMs: null, forMs: null },
    movedTotal: 0, pause: null, run: null, flights: [], waits: [], stateForMs: 0,
  };
}

/** Of the master, if one reports; else of whoever has a copy. */
function reportOf(config: ClusterConfig, reports: ReadonlyMap<string, Report>, replicaset: string): Report | null {
  const found = Object.keys(config.instances).flatMap((uuid) => {
    const report = config.instances[uuid]?.replicaset === replicaset ? reports.get(uuid) : undefined;
    return report?.status.sharding === undefined ? [] : [report];
  });
  const fresh = found.filter(({ receivedAt }) => receivedAt > 0);
  return fresh.toSorted((a, b) => Number(b.status.sharding!.leads) - Number(a.status.sharding!.leads) || b.receivedAt - a.receivedAt)[0] ?? null;
}

/** By which a change of the configuration is judged: also what was reported long ago counts, as buckets do not go by themselves. */
export function shardingFactsOf({ config, reports, now, told }: Pick<ShardingInput, 'config' | 'reports' | 'now' | 'told'>): ShardingFacts {
  const bootstrapped: Record<string, number> = {};
  const buckets: Record<string, number> = {};
  for (const uuid of Object.keys(config.replicasets)) {
    const report = reportOf(config, reports, uuid);
    const status = report?.status.sharding;
    if (status === undefined) continue;
    bootstrapped[status.group] = status.buckets;
    buckets[uuid] = presentIn(status.states);
  }
  for (const { group, bootstrapped: made, storages } of told?.groups ?? []) {
    if (made !== null) bootstrapped[group] = made.buckets;
    for (const { uuid, owned, ageMs, states } of storages) if (owned !== null && ageMs !== null && ageMs < ages.staleMs) buckets[uuid] = Math.max(presentIn(states), now - (reportOf(config, reports, uuid)?.receivedAt ?? 0) > ages.staleMs ? 0 : (buckets[uuid] ?? 0));
  }
  return { bootstrapped, buckets };
}
