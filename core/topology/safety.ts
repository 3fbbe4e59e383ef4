import { canonicalJson } from '~/core/config/canonical.ts';
import { hasDataRole } from '~/core/roles/registry.ts';
import type { Facts } from './facts.ts';
import { failoverOf, needsProvider } from './failover-settings.ts';
import { leadersOf, mayWrite } from './leader.ts';
import { databaseNeeded, isAppointed } from './master.ts';
import { refusal, type Refusal } from './refusal.ts';
import { shardingDangers } from './sharding-safety.ts';

/** Why a valid configuration may still not follow the one before it: data would be lost, mixed up, or left without a master. */
export function unsafeIn(facts: Facts): Refusal[] {
  const { before, after } = facts;
  return [
    ...(before.name === after.name ? [] : [refusal('otherCluster', after.name, [`This cluster is called ${before.name}.`, 'A cluster keeps its name; start another one for another name.'])]),
    ...facts.sorted(Object.keys(after.instances)).flatMap((uuid) => (before.instances[uuid] ? staying(facts, uuid) : coming(facts, uuid))),
    ...facts.sorted(Object.keys(before.instances)).flatMap((uuid) => leaving(facts, uuid)),
    ...facts.sorted(Object.keys(after.replicasets)).flatMap((uuid) => [...unseen(facts, uuid), ...masterChange(facts, uuid)]),
    ...shardingDangers(facts),
  ];
}

function coming(facts: Facts, uuid: string): Refusal[] {
  const alias = facts.aliasOf(uuid);
  const agent = facts.knownOf(uuid);
  if (facts.before.expelled[uuid] || agent?.state === 'expelled') return [refusal('expelled', uuid, [`${alias} was expelled, so its data may not come back.`, 'Start its agent with --forget: it comes as a new instance.'])];
  if (!agent) return [refusal('missingAgent', uuid, [`No agent of ${alias} has been heard of.`, 'Start its agent with this cluster as its seeds, or probe its gossip address.'])];
  if (!agent.reachable) return [refusal('unreachable', uuid, [`${alias} cannot be reached at ${agent.uri}.`, 'Start its agent, or leave it out until it is back.'])];
  if (agent.hasData) return [refusal('foreignData', uuid, [`${alias} already has data, of another cluster or of an earlier life.`, 'Start its agent with --forget: the data is moved aside, and it comes as a new instance.'])];
  return [];
}

function staying(facts: Facts, uuid: string): Refusal[] {
  const [old, now] = [facts.before.instances[uuid]?.replicaset ?? '', facts.after.instances[uuid]?.replicaset ?? ''];
  if (old === now) return [];
  return [refusal('moved', uuid, [`${facts.aliasOf(uuid)} has the data of ${facts.aliasOf(old)} and cannot take that of ${facts.aliasOf(now)}.`, 'Expel it, start its agent with --forget, and join it anew.'])];
}

function leaving(facts: Facts, uuid: string): Refusal[] {
  if (facts.after.instances[uuid] || facts.after.expelled[uuid]) return [];
  return [refusal('vanished', uuid, [`${facts.aliasOf(uuid)} would be forgotten with its data still there.`, 'Expel it: then it is fenced if it comes back.'])];
}

/** A master moves only from one that can be made read-only and caught up with, to one that is there and has the data. */
function masterChange(facts: Facts, replicaset: string): Refusal[] {
  const { after } = facts;
  const { old, now, isAppointed: appointed, replaced } = leadersOf(facts, replicaset);
  if (replaced) return replacement(facts, replicaset);
  if (appointed || old === null || now === null || old === now) return [];
  const [set, from, to] = [facts.aliasOf(replicaset), facts.aliasOf(old), facts.aliasOf(now)];
  const refusals: Refusal[] = [];
  if (databaseNeeded(after, old) && !facts.reachable(old)) {
    refusals.push(refusal('oldMasterUnreachable', replicaset, [`The master of ${set} cannot move to ${to}: ${from} cannot be reached, so it may still be writable and have rows that nobody else has.`, `Bring ${from} back; or, if you are sure that it is stopped, disable or expel ${from} in the same change.`]));
  }
  if (!facts.reachable(now)) {
    refusals.push(refusal('newMasterUnreachable', replicaset, [`${set} would have no master: ${to} would be next, and it cannot be reached.`, another(facts, replicaset, now, `Bring ${to} back first`)]));
  } else if (facts.knownOf(now)?.hasData === false) {
    refusals.push(refusal('newMasterEmpty', replicaset, [`${set} would have no master: ${to} would be next, and it has no copy of the data yet.`, another(facts, replicaset, now, `Wait until ${to} is ready`)]));
  }
  return refusals;
}

/** The coordinator chooses among those that it can hear. */
function replacement(facts: Facts, replicaset: string): Refusal[] {
  const { after } = facts;
  const members = (after.replicasets[replicaset]?.priority ?? []).filter((uuid) => databaseNeeded(after, uuid) && after.instances[uuid]?.electable);
  if (members.some((uuid) => facts.reachable(uuid) && facts.knownOf(uuid)?.hasData)) return [];
  const set = facts.aliasOf(replicaset);
  return [refusal('newMasterUnreachable', replicaset, [`${set} would have no master: its own leaves, and none of the others that may lead can be reached and has a copy of the data.`, `Bring ${facts.aliases(members)} back first.`])];
}

/**
 * An instance that cannot be reached keeps to the old way of finding masters until it hears of the new one: without
 * leases while others have begun with them, by leases of another store, or by longer ones than others wait for.
 */
function unseen(facts: Facts, replicaset: string): Refusal[] {
  const { before, after } = facts;
  if (!isAppointed(after, replicaset) || !before.replicasets[replicaset]) return [];
  const [old, now] = [failoverOf(before), failoverOf(after)];
  const what = !isAppointed(before, replicaset) ? 'its master cannot be appointed' : canonicalJson(old.provider) !== canonicalJson(now.provider) && needsProvider(old.mode) ? 'the state provider cannot change' : now.leaseMs < old.leaseMs ? 'the lease cannot become shorter' : null;
  if (what === null) return [];
  const away = mayWrite(facts, replicaset).filter((uuid) => !facts.reachable(uuid));
  if (away.length === 0) return [];
  const [set, names] = [facts.aliasOf(replicaset), facts.aliases(away)];
  return [refusal('mayWriteUnseen', replicaset, [`${set}: ${what}, as ${names} cannot be reached and might write there by the old settings, unseen.`, `Bring ${names} back; or, if you are sure that ${away.length > 1 ? 'they are' : 'it is'} stopped, disable or expel ${names} first.`])];
}

/** Names a copy that could do it now, if there is one. */
function another(facts: Facts, replicaset: string, not: string, otherwise: string): string {
  const able = facts.after.replicasets[replicaset]?.priority.find((uuid) => uuid !== not && databaseNeeded(facts.after, uuid) && facts.reachable(uuid) && facts.knownOf(uuid)?.hasData);
  if (able === undefined || !hasDataRole(facts.after.replicasets[replicaset]?.roles ?? [])) return `${otherwise}; there is no other copy that can be reached.`;
  const electable = facts.after.instances[able]?.electable ? '' : ' and make it electable';
  return `${otherwise}, or put ${facts.aliasOf(able)} first in the priority list${electable}.`;
}
