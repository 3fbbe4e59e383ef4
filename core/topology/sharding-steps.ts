import { canonicalJson } from '~/core/config/canonical.ts';
import type { Facts } from './facts.ts';
import type { Step } from './refusal.ts';
import { groupNames, groupOf, groupSettings, storagesOf, type GroupSettings } from './sharding-settings.ts';

/** What becomes of buckets when the settings of their group change. */
export function shardingSteps(facts: Facts): Step[] {
  const { before, after, sorted } = facts;
  const groups = groupNames(after).flatMap((name): Step[] => {
    const [old, now] = [groupSettings(before, name), groupSettings(after, name)];
    if (canonicalJson(old) === canonicalJson(now)) return [];
    return [{ kind: 'setSharding', target: name, sentence: `Group ${name}: ${rebalanceWords(now)}.`, reason: 'The settings of the group change.' }];
  });
  return [...groups, ...sorted(Object.keys(after.replicasets)).flatMap((uuid) => memberStep(facts, uuid))];
}

function memberStep({ before, after, aliasOf }: Facts, uuid: string): Step[] {
  const [old, now] = [before, after].map(({ replicasets }) => (replicasets[uuid] ? groupOf(replicasets[uuid]) : null));
  if (!old || !now || old === now) return [];
  return [{ kind: 'setSharding', target: uuid, sentence: `${aliasOf(uuid)} takes buckets of group ${now}, and none of group ${old} any more.`, reason: 'Its group changes.' }];
}

function rebalanceWords({ rebalance, movesMax, bucketsPerSecond, batch }: GroupSettings): string {
  if (rebalance === 'off') return 'buckets stay where they are, whatever the weights';
  const pace = `${batch} as one, at most ${movesMax} under way from or to a replicaset${bucketsPerSecond === null ? '' : `, at most ${bucketsPerSecond} a second`}`;
  return rebalance === 'auto' ? `buckets move by themselves when the weights ask for it; ${pace}` : `buckets move when somebody starts it; ${pace}`;
}

export function shardingWarnings(facts: Facts): string[] {
  return groupNames(facts.after).flatMap((name) => [...weightless(facts, name), ...draining(facts, name)]);
}

function weightless({ before, after }: Facts, name: string): string[] {
  const storages = storagesOf(after, name);
  const total = (config: typeof after) => storagesOf(config, name).reduce((sum, uuid) => sum + (config.replicasets[uuid]?.weight ?? 0), 0);
  if (storages.length === 0 || total(after) > 0 || (total(before) === 0 && storagesOf(before, name).length > 0)) return [];
  return [`Every storage${groupNames(after).length > 1 ? ` of group ${name}` : ''} has weight 0: no buckets can be kept.`];
}

/** A storage of weight 0 is emptied by rebalancing, and by nothing else. */
function draining({ before, after, aliases, sorted }: Facts, name: string): string[] {
  const { rebalance } = groupSettings(after, name);
  const drained = sorted(storagesOf(after, name).filter((uuid) => after.replicasets[uuid]?.weight === 0 && (before.replicasets[uuid]?.weight ?? 0) > 0));
  if (rebalance === 'auto' || drained.length === 0) return [];
  return [`Rebalancing of group ${name} is ${rebalance === 'off' ? 'off' : 'by hand'}: ${aliases(drained)} ${drained.length > 1 ? 'keep their' : 'keeps its'} buckets until it is ${rebalance === 'off' ? 'on' : 'started'}.`];
}
