import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { GroupSettingsView } from '~/contract/shapes/sharding-status.ts';
import type { ShardingGroup } from '~/contract/shapes/sharding.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import { groupSettings } from '~/core/topology/sharding-settings.ts';
import { followedLimits } from '~/server/runtime/failover/followed.ts';
import { change } from './change.ts';
import type { HandlersOf } from './context.ts';
import { aborted, bootstrapped, findings, moved, paused, pinned, repaired, resumed, started } from './sharding-orders.ts';
import { bucketHistory, plannedWeights, weighed } from './sharding-plan.ts';

/** Where buckets are, and what people do about it. */
export const shardingHandlers: HandlersOf<Pick<typeof contract, 'sharding'>>['sharding'] = {
  status: async (context, { group }) => {
    const status = await context.services.runtime.sharding.status();
    if (group === undefined) return status;
    const groups = status.groups.filter((one) => one.group === group);
    if (groups.length === 0) throw new CoterieError('NOT_FOUND', `There is no group ${group} with storages. There are: ${status.groups.map((one) => one.group).join(', ') || 'none'}.`);
    return { ...status, groups };
  },

  watch: ({ services: { runtime } }, _input, signal) => {
    const { followed } = runtime.sharding;
    if (followed.followers >= followedLimits.followersMax) throw new CoterieError('LIMITED', `${followedLimits.followersMax} streams of sharding are open already.`, { retryAfterMs: 5000 });
    return followed.follow(signal);
  },

  plan: plannedWeights,
  history: bucketHistory,
  doctor: (context, { group }) => findings(context, group),
  weigh: weighed,

  configure: async (context, { group, reason, dryRun, expectedVersion, bucketsPerSecond, ...wanted }) => {
    let settings: GroupSettingsView | null = null;
    const { plan, run, version } = await change(context, { reason, dryRun, expectedVersion }, (base, known) => {
      const { bucketsPerSecond: before, ...old } = base.sharding?.groups[group] ?? {};
      const perSecond = bucketsPerSecond === undefined ? before : (bucketsPerSecond ?? undefined);
      const said = Object.fromEntries(Object.entries({ ...old, ...defined(wanted), ...(perSecond === undefined ? {} : { bucketsPerSecond: perSecond }) })) as ShardingGroup;
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

const defined = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function viewOf(group: string, config: Parameters<typeof groupSettings>[0]): GroupSettingsView {
  const { name: _name, ...settings } = groupSettings(config, group);
  return settings;
}
