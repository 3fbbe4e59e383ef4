import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import { presets } from '~/core/failover/timing.ts';
import { configured } from '~/core/standing/configure.ts';
import { timingViewOf } from '~/core/standing/timing.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { failoverOf } from '~/core/topology/failover-settings.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import { change } from './change.ts';
import type { HandlersOf } from './context.ts';
import { follow } from './follow.ts';
import { changeMaster } from './failover-change.ts';
import { evacuated } from './failover-evacuate.ts';
import { incident, incidents, lostRows } from './failover-incidents.ts';
import { standingOf } from './failover-names.ts';
import { acknowledged, paused, resumed, stolen } from './failover-automatic.ts';
import { candidatesOf, previewOf } from './failover-preview.ts';
import { lostRowsHandlers } from './lost-rows.ts';
import { whatIfNow } from './failover-what-if.ts';
import { findInstance, findReplicaset } from './names.ts';

/** Who leads, and what people do about it. */
export const failoverHandlers: HandlersOf<Pick<typeof contract, 'failover'>>['failover'] = {
  status: async (context, { replicaset }) => {
    const only = replicaset === undefined ? null : findReplicaset(context, replicaset).uuid;
    const status = await context.services.runtime.failover.status();
    return only === null ? status : { ...status, replicasets: status.replicasets.filter(({ uuid }) => uuid === only) };
  },

  watch: ({ services: { runtime } }, _input, signal) => follow(runtime.failover.followed, 'failover', signal),

  candidates: async (context, { replicaset }) => {
    const { standing } = await standingOf(context, replicaset);
    return candidatesOf(context, standing);
  },

  timing: async ({ services: { runtime } }, { leaseMs, providerFailoverMs }) => {
    const current = failoverOf(runtime.versions.current?.config ?? emptyConfig(runtime.name));
    return timingViewOf(leaseMs ?? current.leaseMs, providerFailoverMs);
  },

  preview: async (context, { replicaset, to }) => previewOf(context, await standingOf(context, replicaset), to),

  incidents,
  incident: (context, { id }) => incident(context, id),
  lostRows: (context, { instance }) => lostRows(context, instance),

  ...lostRowsHandlers,

  whatIf: whatIfNow,

  configure: async (context, { reason, dryRun, expectedVersion, providerFailoverMs = presets.default.providerFailoverMs, ...wanted }) => {
    const intent = { reason, dryRun, expectedVersion };
    let settings = failoverOf(context.services.runtime.versions.current?.config ?? emptyConfig(context.services.runtime.name));
    const { plan, run, version } = await change(context, intent, (base, known) => {
      const made = configured(base.failover, wanted, providerFailoverMs);
      const next = applyEdits(base, [{ kind: 'setFailover', settings: made.settings }], { known, newUuid: context.services.newUuid });
      settings = failoverOf(next.config);
      return { config: next.config, refusals: [...made.refusals, ...next.refusals] };
    });
    const timing = timingViewOf(settings.leaseMs, providerFailoverMs);
    return { dryRun, plan, run, data: dryRun ? null : { version, settings, timing, sentence: `${plan.summary} ${timing.worstCase.sentence}` } };
  },

  switch: async (context, { replicaset, to, ...intent }) => changeMaster(context, intent, { replicaset, to }),

  promote: async (context, { instance, force, confirm, ...intent }) => {
    const view = findInstance(context, instance);
    if (view.replicaset === null) throw new CoterieError('REFUSED', `${view.alias} is in no replicaset, so there is nothing that it could lead.`, { instance: view.uuid });
    if (force && !intent.dryRun && confirm !== view.alias) throw new CoterieError('BAD_INPUT', `A forced promotion may lose acknowledged rows: give the name of the instance, ${view.alias}, once more in \`confirm\`.`, { instance: view.uuid });
    return changeMaster(context, intent, { replicaset: view.replicaset.uuid, to: view.uuid, promote: { force } });
  },

  pause: (context, { for: length, reason, ...intent }) => paused(context, { ...intent, reason }, length),
  resume: (context, intent) => resumed(context, intent),
  acknowledge: (context, { replicaset, ...intent }) => acknowledged(context, intent, replicaset),
  evacuate: (context, { zone, host, instance, concurrency, ...intent }) => evacuated(context, intent, { zone, host, instance, concurrency }),
  steal: (context, { instance, ...intent }) => stolen(context, intent, instance),
};
