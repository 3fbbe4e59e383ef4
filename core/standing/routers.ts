import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { RouterFigures, RouterStatus } from '~/contract/shapes/router.ts';
import type { RouterDetail, RouterRow } from '~/contract/shapes/router-view.ts';
import { routerOf } from '~/core/topology/router-settings.ts';
import { ages, type Report } from '~/core/view/report.ts';
import { list } from '~/core/view/words.ts';

/** Routers as people see them: where the configuration wants one, and what its agent said of it last. */
export type RoutersInput = { readonly config: ClusterConfig; readonly reports: ReadonlyMap<string, Report>; readonly now: number };

/** All storages are asked once a second: a map that is older than that by so much is not kept up. */
export const mapStaleMs = 10_000;

/** By group, then by name. */
export function routerRows(input: RoutersInput): RouterRow[] {
  const { config } = input;
  const rows = Object.keys(config.instances).flatMap((uuid) => {
    const row = routerRow(uuid, input);
    return row === null ? [] : [row];
  });
  return rows.toSorted((a, b) => (a.group === b.group ? compare(a.instance, b.instance) : compare(a.group, b.group)));
}

/** Null: this instance has none. */
export function routerRow(uuid: string, { config, reports, now }: RoutersInput): RouterRow | null {
  const place = routerOf(config, uuid);
  const instance = config.instances[uuid];
  if (place === null || !instance) return null;
  const report = reports.get(uuid) ?? null;
  const ageMs = report === null ? null : Math.max(0, now - report.receivedAt);
  const status = report !== null && ageMs! <= ages.unreachableMs ? (report.status.router ?? null) : null;
  const figures = status?.figures ?? null;
  const own = {
    uuid, instance: instance.alias, replicaset: config.replicasets[instance.replicaset]?.alias ?? instance.replicaset, zone: instance.zone,
    // One that has not heard of the newest configuration yet is where it says.
    group: status?.group ?? place.group, address: status?.address ?? place.address, ageMs,
  };
  const aliasOf = (of: string) => config.instances[of]?.alias ?? config.replicasets[of]?.alias ?? of;
  return { ...own, ...judged(status, figures, aliasOf), ...measured(figures), startedAt: status?.startedAt ?? null };
}

function measured(figures: RouterFigures | null) {
  return {
    requestsPerSecond: figures?.requestsPerSecond ?? null, errorsPerSecond: figures?.errorsPerSecond ?? null, p50Ms: figures?.p50Ms ?? null, p95Ms: figures?.p95Ms ?? null, p99Ms: figures?.p99Ms ?? null,
    connections: figures?.connections ?? null, held: figures?.held ?? null, mapAgeMs: figures?.map.ageMs ?? null, bucketsKnown: figures?.map.known ?? null, buckets: figures?.map.count ?? null,
    poolsUp: figures?.pools.filter(({ up }) => up > 0).length ?? null, pools: figures?.pools.length ?? null, memoryBytes: figures?.memoryBytes ?? null, cpuRatio: figures?.cpuRatio ?? null,
  };
}

function judged(status: RouterStatus | null, figures: RouterFigures | null, aliasOf: (uuid: string) => string): Pick<RouterRow, 'state' | 'health' | 'sentence'> {
  if (status === null) return { state: 'unknown', health: 'unknown', sentence: 'Its agent is not heard.' };
  const { state, reason, restarts } = status;
  if (restarts.crashLoop) return { state, health: 'critical', sentence: `It ends again and again: ${restarts.lastExit ?? 'nobody knows why'}.` };
  switch (state) {
    case 'down':
      return { state, health: 'critical', sentence: reason ?? 'It does not run.' };
    case 'starting':
      return { state, health: 'warning', sentence: reason ?? 'It starts.' };
    case 'draining':
      return { state, health: 'warning', sentence: reason ?? 'It finishes what is under way.' };
    case 'ready': {
      const blind = figures === null ? null : blindness(figures, aliasOf);
      return blind === null ? { state, health: 'ok', sentence: 'It takes requests.' } : { state, health: 'warning', sentence: blind.sentence };
    }
  }
}

/** What a router does not know, so that it has to turn requests away. Null: it knows enough. */
export function blindness({ map, masters, pools }: Pick<RouterFigures, 'map' | 'masters' | 'pools'>, aliasOf: (uuid: string) => string): { readonly sentence: string; readonly wayOut: string } | null {
  if (masters.length === 0) return { sentence: 'There is no storage in its group: it has nowhere to send a request.', wayOut: 'Give replicasets role storage: `coterie replicaset edit --roles storage`.' };
  if (map.count === 0) {
    return pools.some(({ up }) => up > 0)
      ? { sentence: 'No storage has told it of any bucket: requests are refused until the group is bootstrapped.', wayOut: 'Make the buckets: `coterie sharding bootstrap`.' }
      : { sentence: 'It reaches no storage, so that it knows of no bucket.', wayOut: 'See whether the storages run, and whether this machine reaches them.' };
  }
  const leaderless = masters.filter(({ instance }) => instance === null);
  if (leaderless.length > 0) return { sentence: `It knows of no master of ${list(leaderless.map(({ replicaset }) => aliasOf(replicaset)))}: writes to ${leaderless.length === 1 ? 'its' : 'their'} buckets fail.`, wayOut: 'See `coterie failover status`.' };
  const away = masters.filter(({ up }) => !up);
  if (away.length > 0) return { sentence: `It has no connection to the master of ${list(away.map(({ replicaset }) => aliasOf(replicaset)))}: writes to ${away.length === 1 ? 'its' : 'their'} buckets fail.`, wayOut: 'See whether that master runs, and whether this machine reaches it.' };
  if (map.known < map.count) return { sentence: `It does not know where ${map.count - map.known === 1 ? 'one bucket is' : 'some buckets are'}: requests for ${map.count - map.known === 1 ? 'it' : 'them'} fail.`, wayOut: 'See `coterie sharding status`; `coterie sharding doctor` looks for lost buckets.' };
  if (map.ageMs === null || map.ageMs > mapStaleMs) return { sentence: 'It has not heard all storages for a while: buckets that have moved are found by redirects alone.', wayOut: 'See which of them it does not reach: `coterie router status`.' };
  return null;
}

export function routerDetail(uuid: string, input: RoutersInput): RouterDetail | null {
  const row = routerRow(uuid, input);
  if (row === null) return null;
  const { config, reports } = input;
  const status = row.state === 'unknown' ? null : (reports.get(uuid)?.status.router ?? null);
  const figures = status?.figures ?? null;
  const named = (of: string) => ({ uuid: of, alias: config.instances[of]?.alias ?? config.replicasets[of]?.alias ?? of });
  const storages = (figures?.masters ?? []).map(({ replicaset, instance, epoch, up }) => ({
    replicaset: named(replicaset), master: instance === null ? null : named(instance), epoch, up,
    pools: (figures?.pools ?? []).filter((pool) => config.instances[pool.instance]?.replicaset === replicaset).map((pool) => ({ ...pool, alias: named(pool.instance).alias })).toSorted((a, b) => compare(a.alias, b.alias)),
  }));
  return {
    ...row, pid: status?.pid ?? null, restarts: status?.restarts ?? null, users: status?.users ?? null, usersThatDiffer: status?.usersThatDiffer ?? [],
    requests: figures?.requests ?? null, errors: figures?.errors ?? {}, retries: figures?.retries ?? {}, calls: figures?.calls ?? [], storages: storages.toSorted((a, b) => compare(a.replicaset.alias, b.replicaset.alias)),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
