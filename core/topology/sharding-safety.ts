import type { Facts } from './facts.ts';
import { refusal, type Refusal } from './refusal.ts';
import { groupNames, groupOf, groupSettings, storagesOf } from './sharding-settings.ts';

/** What the storages say of their buckets, where a change is judged by more than the configuration. */
export type ShardingFacts = {
  /** Groups that have been bootstrapped, with the number of buckets of each. */
  readonly bootstrapped: Readonly<Record<string, number>>;
  /** By replicaset: buckets that it has, whatever their state. One that is not named was not asked, or did not answer. */
  readonly buckets: Readonly<Record<string, number>>;
};

/** Why a valid configuration may not follow the one before it: keys would lead elsewhere, or buckets be left behind. */
export function shardingDangers(facts: Facts): Refusal[] {
  const { before, sorted } = facts;
  const groups = groupNames(before).flatMap((name) => fixed(facts, name));
  return [...groups, ...sorted(Object.keys(before.replicasets)).flatMap((uuid) => leaving(facts, uuid))];
}

function fixed({ before, after, sharding }: Facts, name: string): Refusal[] {
  const bootstrapped = sharding?.bootstrapped[name];
  if (bootstrapped === undefined || (storagesOf(after, name).length === 0 && !groupNames(after).includes(name))) return [];
  const [old, now] = [groupSettings(before, name), groupSettings(after, name)];
  const refusals: Refusal[] = [];
  // A number that was wrong before may stay wrong: another change does not make it worse.
  if (now.buckets !== bootstrapped && now.buckets !== old.buckets) refusals.push(refusal('bucketsFixed', name, [`Group ${name} was bootstrapped with ${bootstrapped} buckets, and ${now.buckets} would lead keys elsewhere.`, `Leave them ${bootstrapped}; for another number start another group and move the data into it.`]));
  if (now.hash !== old.hash) refusals.push(refusal('bucketsFixed', name, [`Group ${name} was bootstrapped with hash ${old.hash}, and ${now.hash} would lead keys elsewhere.`, `Leave it ${old.hash}; for another hash start another group and move the data into it.`]));
  return refusals;
}

function leaving({ before, after, sharding, aliasOf }: Facts, uuid: string): Refusal[] {
  const [old, now] = [before.replicasets[uuid], after.replicasets[uuid]];
  const [from, to] = [old && groupOf(old), now ? groupOf(now) : null];
  if (!old || from === null || from === undefined || from === to) return [];
  const alias = aliasOf(uuid);
  const buckets = sharding?.buckets[uuid];
  const how = `set its weight to 0, wait until the buckets have moved`;
  if (buckets !== undefined && buckets > 0) return [refusal('hasBuckets', uuid, [`${alias} still has ${buckets} ${buckets === 1 ? 'bucket' : 'buckets'} of group ${from}.`, `First ${how}; pinned ones have to be unpinned.`])];
  if (to !== null && old.weight !== 0) return [refusal('hasBuckets', uuid, [`${alias} may have buckets of group ${from}, and would take them into group ${to}.`, `First ${how}, then change the group.`])];
  return [];
}
