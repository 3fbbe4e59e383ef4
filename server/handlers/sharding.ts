import type { contract } from '~/contract/index.ts';
import type { GroupSettingsView } from '~/contract/shapes/sharding-status.ts';
import type { ShardingGroup } from '~/contract/shapes/sharding.ts';
import { present } from '~/contract/present.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import { groupSettings } from '~/core/topology/sharding-settings.ts';
import { change } from './change.ts';
import type { HandlersOf } from './context.ts';
import { follow } from './follow.ts';
import { aborted, bootstrapped, findings, moved, paused, pinned, repaired, resumed, started } from './sharding-orders.ts';
import { bucketHistory, groupIn, plannedWeights, weighed } from './sharding-plan.ts';

/** Where buckets are, and what people do about it. */
export const shardingHandlers: HandlersOf<Pick<typeof contract, 'sharding'>>['sharding'] = {
  status: async (context, { group }) => {
    const status = await context.services.runtime.sharding.status();
    return group === undefined ? status : { ...status, groups: [groupIn(status, group)] };
  },

  watch: ({ services: { runtime } }, _input, signal) => follow(runtime.sharding.followed, 'sharding', signal),

  plan: plannedWeights,
  history: bucketHistory,
  doctor: (context, { group }) => findings(context, group),
  weigh: weighed,

  configure: async (context, { group, reason, dryRun, expectedVersion, bucketsPerSecond, ...wanted }) => {
    let settings: GroupSettingsView | null = null;
    const { plan, run, version } = await change(context, { reason, dryRun, expectedVersion }, (base, known) => {
      const { bucketsPerSecond: before, ...old } = base.sharding?.groups[group] ?? {};
      const perSecond = bucketsPerSecond === undefined ? before : (bucketsPerSecond ?? undefined);
      const said: ShardingGroup = { ...old, ...present({ ...wanted, bucketsPerSecond: perSecond }) };
      const made = applyEdits(base, [{ kind: 'setSharding', settings: { groups: { ...base.sharding?.groups, [group]: said } } }], { known, newUuid: context.services.newUuid });
      settings = viewOf(group, made.config);
      return made;
    });
    settings ??= viewOf(group, context.services.runtime.versions.current?.config ?? emptyConfig(context.services.runtime.name));
    return { dryRun, plan, run, data: dryRun ? null : { version, settings, sentence: plan.summary } };
  },

  bootstrap: bootstrapped,
  start: started,
  pause: paused,
  resume: resumed,
  abort: aborted,
  move: moved,
  pin: (context, input) => pinned(context, input, true),
  unpin: (context, input) => pinned(context, input, false),
  repair: repaired,
};

function viewOf(group: string, config: Parameters<typeof groupSettings>[0]): GroupSettingsView {
  const { name: _name, ...settings } = groupSettings(config, group);
  return settings;
}
