import { hasDataRole } from '~/core/roles/registry.ts';
import { canonicalJson } from '~/core/config/canonical.ts';
import type { Facts } from './facts.ts';
import { failoverWarnings } from './failover-steps.ts';
import { leadersOf } from './leader.ts';
import { databaseNeeded, enabledMembersOf } from './master.ts';
import { shardingWarnings } from './sharding-steps.ts';

/** What is allowed but a person should know: risks of the change itself, then weaknesses of the replicasets that it touches. */
export function warningsOf(facts: Facts): string[] {
  const { before, after } = facts;
  const changed = touchedBy(facts);
  const touched = facts.sorted(Object.keys(after.replicasets)).filter((uuid) => changed.has(uuid));
  const deleted = facts.sorted(Object.keys(before.replicasets)).filter((uuid) => !after.replicasets[uuid]);
  return [
    ...failoverWarnings(facts),
    ...touched.flatMap((uuid) => masterRisk(facts, uuid)),
    ...deleted.filter((uuid) => hasDataRole(before.replicasets[uuid]?.roles ?? [])).map((uuid) => `The data of ${facts.aliasOf(uuid)} is no longer part of the cluster; it stays on the disks of ${facts.aliases(before.replicasets[uuid]?.priority ?? [])}.`),
    ...touched.filter((uuid) => hasDataRole(before.replicasets[uuid]?.roles ?? []) && !hasDataRole(after.replicasets[uuid]?.roles ?? [])).map((uuid) => `${facts.aliasOf(uuid)} keeps no data any more: its databases stop, and what they hold cannot be reached.`),
    ...touched.flatMap((uuid) => weakness(facts, uuid)),
    ...shardingWarnings(facts),
  ];
}

/** Replicasets of which something changes, in themselves or in one of their instances. */
function touchedBy({ before, after }: Facts): Set<string> {
  const same = (a: unknown, b: unknown) => canonicalJson(a ?? null) === canonicalJson(b ?? null);
  const touched = new Set(Object.keys(after.replicasets).filter((uuid) => !same(before.replicasets[uuid], after.replicasets[uuid])));
  for (const uuid of Object.keys({ ...before.instances, ...after.instances })) {
    const [old, now] = [before.instances[uuid], after.instances[uuid]];
    if (!same(old, now)) for (const row of [old, now]) if (row) touched.add(row.replicaset);
  }
  return touched;
}

function masterRisk(facts: Facts, replicaset: string): string[] {
  const { old, now, replaced } = leadersOf(facts, replicaset);
  if (old !== null && replaced) {
    const [from, set] = [facts.aliasOf(old), facts.aliasOf(replicaset)];
    if (facts.reachable(old)) return [`${from} is the master of ${set} and leaves: another one is appointed, and writes pause for some milliseconds.`];
    return [`${from}, the master of ${set}, cannot be reached: rows that only it has ${facts.after.instances[old] ? 'are put into lost and found when it is enabled again' : 'stay on its disk, and nobody reads them'}.`];
  }
  if (old === null || now === null || old === now) return [];
  const from = facts.aliasOf(old);
  if (!facts.reachable(old)) return [`${from}, the master of ${facts.aliasOf(replicaset)}, cannot be reached: rows that only it has are lost to ${facts.aliasOf(now)}, and if it still runs, its clients may write there until it hears of the change.`];
  if (!databaseNeeded(facts.after, old)) return [`${from} is the master of ${facts.aliasOf(replicaset)} and leaves: writes pause until ${facts.aliasOf(now)} has caught up.`];
  return [];
}

function weakness(facts: Facts, replicaset: string): string[] {
  const { after } = facts;
  const row = after.replicasets[replicaset];
  if (!row || !hasDataRole(row.roles)) return [];
  const copies = enabledMembersOf(after, replicaset);
  const zones = new Set(copies.map((uuid) => after.instances[uuid]?.zone ?? null));
  const electable = copies.filter((uuid) => after.instances[uuid]?.electable);
  const [first] = copies;
  const [zone] = zones;
  const warnings: string[] = [];
  if (copies.length === 1 && first) warnings.push(`${row.alias} has a single copy, on ${facts.aliasOf(first)}: its data is gone when that disk is.`);
  if (copies.length > 1 && zones.size === 1 && zone) warnings.push(`All copies of ${row.alias} are in zone ${zone}: losing the zone loses them all.`);
  if (copies.length > 1 && electable.length === 1) warnings.push(`Only ${facts.aliases(electable)} may become master of ${row.alias}: when it is lost, nobody takes over.`);
  if (copies.length > 2 && copies.length % 2 === 0) warnings.push(`${row.alias} has ${copies.length} copies, an even number: a majority survives no more losses than with ${copies.length - 1}.`);
  if (row.allRw && !facts.before.replicasets[replicaset]?.allRw) warnings.push(`Every instance of ${row.alias} is writable: rows that two of them write at once conflict, and replication stops.`);
  return warnings;
}
