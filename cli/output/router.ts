import type { RouterDetail, RouterRow } from '~/contract/shapes/router-view.ts';
import { table } from './table.ts';
import { bold, bytesText, coloured, dim, timeText, type Style } from './text.ts';

/** Routers on a terminal: where each is and how it does, and of one what it was asked and what it knows. */

const columns = ['router', 'address', 'state', 'req/s', 'p50', 'p99', 'err/s', 'clients', 'map', 'storages', 'trouble'];
const wideColumns = ['router', 'uuid', 'address', 'group', 'zone', 'state', 'req/s', 'p50', 'p95', 'p99', 'err/s', 'clients', 'held', 'map', 'buckets', 'storages', 'memory', 'cpu', 'started', 'reported', 'trouble'];

export function routersText(rows: readonly RouterRow[], { wide, style }: { wide: boolean; style: Style }): string {
  if (rows.length === 0) return 'No replicaset has role router, so clients have nowhere to connect. `coterie replicaset edit --roles router` gives it.\n';
  return table(rows.map((row) => shown(row, style)), wide ? wideColumns : columns, style);
}

function shown(row: RouterRow, style: Style): Record<string, unknown> {
  const { instance, uuid, address, group, zone, state, health, sentence, requestsPerSecond, errorsPerSecond, connections, held, mapAgeMs, bucketsKnown, buckets, poolsUp, pools, memoryBytes, cpuRatio, startedAt, ageMs } = row;
  return {
    router: instance, uuid, address, group, zone: zone ?? '-', state,
    'req/s': rate(requestsPerSecond), p50: took(row.p50Ms), p95: took(row.p95Ms), p99: took(row.p99Ms), 'err/s': rate(errorsPerSecond),
    clients: connections ?? '-', held: held ?? '-', map: ago(mapAgeMs), buckets: buckets === null ? '-' : `${bucketsKnown}/${buckets}`, storages: pools === null ? '-' : `${poolsUp}/${pools}`,
    memory: memoryBytes === null ? '-' : bytesText(memoryBytes), cpu: cpuRatio === null ? '-' : `${Math.round(cpuRatio * 100)} %`, started: startedAt === null ? '-' : timeText(startedAt, style.nowMs), reported: ageMs === null ? 'never' : ago(ageMs),
    trouble: health === 'ok' ? '-' : sentence,
  };
}

export function routerText(router: RouterDetail, { wide, style }: { wide: boolean; style: Style }): string {
  const { instance, address, state, health, sentence, group, startedAt, connections, held, memoryBytes, cpuRatio, pid, restarts, users, usersThatDiffer, requests, errors, retries, calls, storages, mapAgeMs, bucketsKnown, buckets } = router;
  const lines = [`${bold(`Router of ${instance}`, style)}  ${coloured(state, health === 'ok' ? 'ok' : health, style)}  ${address}  ${dim(`group ${group}`, style)}`, sentence];
  if (startedAt !== null) lines.push(`Started ${timeText(startedAt, style.nowMs)}${pid === null ? '' : `, pid ${pid}`}; ended by itself ${restarts?.count ?? 0} times since its agent started${restarts?.lastExit ? ` (last: ${restarts.lastExit})` : ''}.`);
  if (requests !== null) lines.push(`${requests} requests, ${rate(router.requestsPerSecond)} a second now; ${connections} clients, ${held} requests held; ${memoryBytes === null ? '-' : bytesText(memoryBytes)} of memory, ${Math.round((cpuRatio ?? 0) * 100)} % of a core.`);
  if (buckets !== null) lines.push(`Map: ${bucketsKnown} of ${buckets} buckets, ${mapAgeMs === null ? 'storages never heard' : `all storages heard ${ago(mapAgeMs)}`}. ${users ?? 0} users may log in.`);
  if (usersThatDiffer.length > 0) lines.push(coloured(`Not known to all storages with the same password: ${usersThatDiffer.join(', ')}.`, 'warning', style));
  const failed = Object.entries(errors).filter(([, many]) => many > 0);
  if (failed.length > 0) lines.push(`Errors: ${failed.map(([kind, many]) => `${kind} ${many}`).join(', ')}.`);
  const again = Object.entries(retries).filter(([, many]) => many > 0);
  if (wide && again.length > 0) lines.push(dim(`Tried again: ${again.map(([why, many]) => `${why} ${many}`).join(', ')}.`, style));
  const asked = calls.map((call) => ({ call: call.name, requests: call.requests, errors: call.errors, 'req/s': rate(call.requestsPerSecond), 'err/s': rate(call.errorsPerSecond), p50: took(call.p50Ms), p95: took(call.p95Ms), p99: took(call.p99Ms) }));
  const known = storages.flatMap(({ replicaset, master, epoch, up, pools }) => (pools.length === 0 ? [{ storage: replicaset.alias, epoch, instance: '-', is: '-', connections: '-' }] : pools.map((pool) => ({ storage: replicaset.alias, epoch, instance: pool.alias, is: pool.instance === master?.uuid ? (up ? 'master' : 'master, away') : pool.slow ? 'slow' : 'replica', connections: `${pool.up}/${pool.connections}`, 'in flight': pool.inFlight }))));
  const parts = [lines.join('\n')];
  if (asked.length > 0) parts.push(table(asked, ['call', 'requests', 'errors', 'req/s', 'err/s', 'p50', 'p95', 'p99'], style).trimEnd());
  if (known.length > 0) parts.push(table(known, ['storage', 'epoch', 'instance', 'is', 'connections', ...(wide ? ['in flight'] : [])], style).trimEnd());
  return `${parts.join('\n\n')}\n`;
}

const rate = (value: number | null): string => (value === null ? '-' : value >= 100 || value === 0 ? String(Math.round(value)) : value.toFixed(1));
const took = (ms: number | null): string => (ms === null ? '-' : ms >= 100 ? `${Math.round(ms)} ms` : `${ms.toFixed(ms < 1 ? 2 : 1)} ms`);
const ago = (ms: number | null): string => (ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s ago`);
