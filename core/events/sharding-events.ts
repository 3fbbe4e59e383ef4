import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import { count } from '~/core/view/words.ts';
import type { EventDraft } from './draft.ts';

/** What has happened to the buckets of a group between two words of the coordinator. The first word that a server hears is no news; what people order is told as such. */
export function shardingEvents(before: readonly GroupView[], after: readonly GroupView[], { cluster, at }: { cluster: string; at: number }): EventDraft[] {
  return after.flatMap((group): EventDraft[] => {
    const old = before.find(({ group: name }) => name === group.group);
    if (!old) return [];
    return between(old, group).map(({ sentence, actor = null, severity = 'info' }) => ({ at, kind: 'sharding', severity, object: { kind: 'cluster', id: cluster, name: cluster }, sentence: `Group ${group.group}: ${sentence}`, actor, data: { group: group.group, state: group.state } }));
  });
}

type Told = { readonly sentence: string; readonly actor?: string | null; readonly severity?: EventDraft['severity'] };

/** To wait a moment between two batches is no end. */
const goesOn = ({ state, left }: GroupView): boolean => state === 'moving' || (state === 'waiting' && left > 0);

function between(old: GroupView, now: GroupView): Told[] {
  const told: Told[] = [];
  if (old.bootstrapped === null && now.bootstrapped !== null) told.push({ sentence: `${now.bootstrapped.by} made its ${now.bootstrapped.buckets} buckets.`, actor: now.bootstrapped.by });
  if (now.bootstrapped === null || old.bootstrapped === null) return told;
  if (now.pause !== null && (old.pause?.by !== now.pause.by || old.pause.reason !== now.pause.reason)) told.push({ sentence: `${now.pause.by} paused rebalancing: ${now.pause.reason}.`.replace(/\.\.$/, '.'), actor: now.pause.by, severity: 'warning' });
  if (old.pause !== null && now.pause === null) told.push({ sentence: 'The pause of rebalancing is over.' });
  if (!goesOn(old) && goesOn(now)) told.push({ sentence: `Rebalancing began: ${count(now.left, 'bucket')} to move.` });
  if (goesOn(old) && now.state === 'balanced') told.push({ sentence: `Rebalancing ended: ${now.storages.map(({ alias, owned }) => `${alias} has ${owned ?? 'an unknown number'}`).join(', ')}.` });
  return told;
}
