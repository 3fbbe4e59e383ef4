import { setTimeout as wait } from 'node:timers/promises';
import { CoterieError } from '~/contract/errors.ts';
import type { FindingView, RepairView } from '~/contract/shapes/sharding-view.ts';
import { bucketStates, isOwner, type BucketRow, type BucketsTable, type BucketState } from '~/core/rebalance/buckets-table.ts';
import { findingsOf, type Scan } from '~/core/rebalance/doctor.ts';
import type { BucketRange } from '~/link/sharding-messages.ts';
import type { StorageCall } from './calls.ts';
import type { Group } from './group.ts';
import type { Master } from './seats.ts';
import { untilRead } from './until-read.ts';

/** Reads the tables of all masters of a group: for the doctor, and to find out who has a bucket. */
export type DoctorParts = { readonly call: StorageCall; readonly masterOf: (replicaset: string) => Master | null };

const mapMs = 10_000;
const takeMs = 5000;
/** Between two scans: what is being handed over has gone on by then. */
const apartMs = 700;

/** The tables, and beside them the highest generation of each bucket that anybody knows of, also where it has gone from. */
export type Tables = { readonly scan: Scan; readonly generations: ReadonlyMap<number, number> };

export async function tablesOf(name: string, group: Group, { call, masterOf }: DoctorParts): Promise<Tables> {
  await untilRead(group);
  const { record } = group;
  if (record === null) throw new CoterieError('REFUSED', `Group ${name} has no buckets yet. \`coterie sharding bootstrap ${name}\` makes them.`);
  const generations = new Map<number, number>();
  const unheard: string[] = [];
  const read = await Promise.all(group.members().map(async ({ uuid, alias }): Promise<BucketsTable[]> => {
    const master = masterOf(uuid);
    const map = master === null ? null : await call(master.instance, 'shardingMap', { replicaset: uuid }, mapMs).catch(() => null);
    if (map === null) {
      unheard.push(alias);
      return [];
    }
    for (const [first, last, , generation] of map.ranges) for (let id = first; id <= last; id++) generations.set(id, Math.max(generation, generations.get(id) ?? 0));
    return [{ replicaset: uuid, alias, group: map.cut && { name: map.cut.group, buckets: map.cut.count }, rows: map.ranges.flatMap(rowsOf) }];
  }));
  return { scan: { group: name, buckets: record.buckets, tables: read.flat(), unheard: unheard.toSorted() }, generations };
}

/** A bucket that has gone from a storage is none of its rows. The map does not tell attempts. */
function rowsOf([first, last, state, generation, peer]: BucketRange): BucketRow[] {
  const known = bucketStates.find((one): one is BucketState => one === state);
  return known === undefined ? [] : Array.from({ length: last - first + 1 }, (_, at) => ({ id: first + at, state: known, generation, peer, attempt: null }));
}

export async function examined(name: string, group: Group, parts: DoctorParts): Promise<{ findings: FindingView[]; scanned: number; unheard: string[]; generations: Tables['generations'] }> {
  const before = await tablesOf(name, group, parts);
  const suspects = findingsOf(before.scan, null);
  if (suspects.length > 0) await wait(apartMs);
  const { scan, generations } = suspects.length === 0 ? before : await tablesOf(name, group, parts);
  const findings = suspects.length === 0 ? [] : findingsOf(scan, before.scan);
  return {
    findings: findings.map((finding) => ({ group: name, ...finding, buckets: [...finding.buckets], repairs: finding.repairs.map((repair) => ({ ...repair, expected: repair.expected && { ...repair.expected }, to: { ...repair.to } })) })),
    scanned: scan.buckets, unheard: [...scan.unheard], generations,
  };
}

/** Deletions come first, so that nobody owns a bucket beside another one who is about to. */
export async function repaired(repairs: readonly RepairView[], generations: Tables['generations'], { call, masterOf }: DoctorParts): Promise<number> {
  let done = 0;
  for (const { replicaset, bucket, expected, to } of repairs.toSorted((a, b) => Number(a.to.state === 'active') - Number(b.to.state === 'active'))) {
    const master = masterOf(replicaset);
    if (master === null) throw new CoterieError('REFUSED', `Bucket ${bucket} was not mended: its storage has no master. ${done} of ${repairs.length} repairs are done; do it again when it has one.`);
    // Above whatever anybody has heard of it: then nothing that comes late is taken for newer.
    const generation = Math.max(to.generation, expected === null ? (generations.get(bucket) ?? 0) + 2 : 0);
    if (to.state === 'active') await call(master.instance, 'shardingTake', { replicaset, bucket, generation }, takeMs);
    else await call(master.instance, 'shardingDrop', { replicaset, bucket, generation: expected?.generation ?? to.generation }, takeMs);
    done += 1;
  }
  return done;
}

/** By storage: which of these buckets it owns. Refuses where somebody owns none of them and nobody says so. */
export function ownersOf({ scan }: Tables, ids: readonly number[]): ReadonlyMap<string, number[]> {
  const owner = new Map<number, string>();
  for (const { replicaset, rows } of scan.tables) for (const row of rows) if (isOwner(row)) owner.set(row.id, replicaset);
  const missing = ids.filter((id) => !owner.has(id));
  if (missing.length > 0) {
    const outside = missing.find((id) => id > scan.buckets);
    if (outside !== undefined) throw new CoterieError('BAD_INPUT', `There is no bucket ${outside}: group ${scan.group} has buckets 1 to ${scan.buckets}.`);
    throw new CoterieError('REFUSED', `Nobody who answers has bucket ${missing[0]}${missing.length > 1 ? ` and ${missing.length - 1} more` : ''}${scan.unheard.length > 0 ? `; ${scan.unheard.join(', ')} did not answer` : ''}. See \`coterie sharding doctor\`.`);
  }
  const found = new Map<string, number[]>();
  for (const id of new Set(ids)) {
    const uuid = owner.get(id)!;
    found.set(uuid, [...(found.get(uuid) ?? []), id]);
  }
  return found;
}
