import type { RouterCall, RouterFigures, RouterMaster, RouterPool } from '~/contract/shapes/router.ts';
import type { CallStats, Stats } from '~/link/router-protocol.ts';

/**
 * Figures for people out of what the workers count: rates and percentiles over the last seconds, as the difference of two
 * countings. A worker that was started again counts from zero.
 */
export type Counted = { readonly at: number; readonly workers: readonly Stats[] };

const windowMs = 10_000;
const callsMax = 40;
const perDoubling = 8;

/** The last ten seconds of countings, and a little more. */
export class FiguresWindow {
  #kept: Counted[] = [];

  add(counted: Counted): void {
    this.#kept.push(counted);
    while (this.#kept.length > 2 && counted.at - this.#kept[1]!.at >= windowMs) this.#kept.shift();
  }

  clear(): void {
    this.#kept = [];
  }

  get figures(): RouterFigures | null {
    const last = this.#kept.at(-1);
    return last === undefined ? null : figuresOf(this.#kept.length > 1 ? this.#kept[0]! : null, last);
  }
}

type Tally = { requests: number; errors: number; recent: number; recentErrors: number; readonly classes: Map<number, number> };

export function figuresOf(before: Counted | null, now: Counted): RouterFigures {
  const spanMs = before === null ? 0 : now.at - before.at;
  const perSecond = (many: number) => (spanMs <= 0 ? 0 : round((many * 1000) / spanMs));
  const tallies = new Map<string, Tally>();
  const errors: Record<string, number> = {};
  const retries: Record<string, number> = {};
  let cpuMs = 0;
  for (const worker of now.workers) {
    const old = before?.workers.find((one) => one.worker === worker.worker && one.upMs <= worker.upMs) ?? null;
    if (old !== null) cpuMs += worker.cpuMs - old.cpuMs;
    for (const [why, many] of Object.entries(worker.retries)) retries[why] = (retries[why] ?? 0) + many;
    for (const [name, call] of Object.entries(worker.calls)) {
      tally(tallies, name, { call, old: old?.calls[name] ?? null, recent: before !== null });
      for (const [kind, many] of Object.entries(call.errors)) errors[kind] = (errors[kind] ?? 0) + many;
    }
  }
  const calls = [...tallies].map(([name, one]): RouterCall => ({ name, requests: one.requests, errors: one.errors, requestsPerSecond: perSecond(one.recent), errorsPerSecond: perSecond(one.recentErrors), ...percentiles(one.classes) }));
  const all = new Map<number, number>();
  for (const { classes } of tallies.values()) for (const [size, many] of classes) all.set(size, (all.get(size) ?? 0) + many);
  const sum = (of: (stats: Stats) => number) => now.workers.reduce((total, worker) => total + of(worker), 0);
  const total = (of: (call: Tally) => number) => [...tallies.values()].reduce((many, one) => many + of(one), 0);
  const pools = poolsOf(now.workers);
  return {
    workers: now.workers.length, connections: sum(({ connections }) => connections), inFlight: sum(({ inFlight }) => inFlight), held: sum(({ held }) => held),
    requests: total(({ requests }) => requests), errors, requestsPerSecond: perSecond(total(({ recent }) => recent)), errorsPerSecond: perSecond(total(({ recentErrors }) => recentErrors)),
    ...percentiles(all), calls: calls.toSorted((a, b) => b.requests - a.requests).slice(0, callsMax).toSorted((a, b) => (a.name < b.name ? -1 : 1)), retries,
    map: mapOf(now.workers), pools, masters: mastersOf(now.workers, pools), memoryBytes: sum(({ memoryBytes }) => memoryBytes), cpuRatio: spanMs <= 0 ? 0 : Math.max(0, round(cpuMs / spanMs)),
  };
}

function tally(tallies: Map<string, Tally>, name: string, { call, old, recent }: { call: CallStats; old: CallStats | null; recent: boolean }): void {
  const one = tallies.get(name) ?? { requests: 0, errors: 0, recent: 0, recentErrors: 0, classes: new Map<number, number>() };
  tallies.set(name, one);
  const failed = (counted: CallStats | null) => Object.values(counted?.errors ?? {}).reduce((sum, many) => sum + many, 0);
  one.requests += call.requests;
  one.errors += failed(call);
  if (!recent) return;
  one.recent += call.requests - (old?.requests ?? 0);
  one.recentErrors += failed(call) - failed(old);
  const was = new Map(old?.classes ?? []);
  for (const [size, many] of call.classes) {
    const more = many - (was.get(size) ?? 0);
    if (more > 0) one.classes.set(size, (one.classes.get(size) ?? 0) + more);
  }
}

/** Upper bounds of their classes (router/histogram.ts), so at most 9 % too high. */
function percentiles(classes: ReadonlyMap<number, number>): Pick<RouterCall, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  const sorted = [...classes].toSorted(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, many]) => sum + many, 0);
  const at = (share: number): number | null => {
    let left = Math.ceil(total * share);
    for (const [size, many] of sorted) {
      left -= many;
      if (left <= 0) return round(2 ** ((size + 1) / perDoubling) / 1000);
    }
    return null;
  };
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

function poolsOf(workers: readonly Stats[]): RouterPool[] {
  const pools = new Map<string, RouterPool>();
  for (const { instance, uri, up, connections, inFlight, slow } of workers.flatMap((worker) => worker.pools)) {
    const old = pools.get(instance);
    pools.set(instance, { instance, uri, up: up + (old?.up ?? 0), connections: connections + (old?.connections ?? 0), inFlight: inFlight + (old?.inFlight ?? 0), slow: slow || old?.slow === true });
  }
  return [...pools.values()];
}

/** The worker that knows least is the one that its clients meet. */
function mapOf(workers: readonly Stats[]): RouterFigures['map'] {
  const ages = workers.map(({ map }) => map.ageMs);
  return {
    count: Math.max(0, ...workers.map(({ map }) => map.count)), known: workers.length === 0 ? 0 : Math.min(...workers.map(({ map }) => map.known)),
    ageMs: ages.includes(null) || ages.length === 0 ? null : Math.round(Math.max(...ages.map(Number))), conflicts: workers.reduce((sum, { map }) => sum + map.conflicts, 0),
  };
}

function mastersOf(workers: readonly Stats[], pools: readonly RouterPool[]): RouterMaster[] {
  const masters = new Map<string, { instance: string | null; epoch: number }>();
  for (const worker of workers) {
    for (const [replicaset, master] of Object.entries(worker.masters)) {
      const old = masters.get(replicaset);
      if (!old || master.epoch > old.epoch) masters.set(replicaset, master);
    }
  }
  const up = new Set(pools.flatMap((pool) => (pool.up > 0 ? [pool.instance] : [])));
  return [...masters].map(([replicaset, { instance, epoch }]) => ({ replicaset, instance, epoch: Math.max(0, epoch), up: instance !== null && up.has(instance) }));
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
