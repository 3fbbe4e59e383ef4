import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { RouterDetail, RouterRow, RouterSettingsView } from '~/contract/shapes/router-view.ts';
import type { RouterSettings } from '~/contract/shapes/router-settings.ts';
import { present } from '~/contract/present.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { routerDetail, routerRows } from '~/core/standing/routers.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import { routerSettings } from '~/core/topology/router-settings.ts';
import { groupNames } from '~/core/topology/sharding-settings.ts';
import { act, step } from './action.ts';
import { change } from './change.ts';
import type { Context, HandlersOf } from './context.ts';
import { follow } from './follow.ts';
import { findInstance, findReplicaset } from './names.ts';

/** Routers as their agents tell of them, and what people do about them. */
const restartMs = 10_000;

export const routerHandlers: HandlersOf<Pick<typeof contract, 'router'>>['router'] = {
  list: async (context, { group, replicaset }) => {
    const home = replicaset === undefined ? null : findReplicaset(context, replicaset).alias;
    return rowsOf(context).filter((row) => (group === undefined || row.group === group) && (home === null || row.replicaset === home));
  },

  status: async (context, { instance }) => detailOf(context, instance),

  watch: ({ services: { runtime } }, _input, signal) => follow(runtime.routers.followed, 'routers', signal),

  restart: async (context, { instance, ...intent }) => {
    const { uuid, instance: alias, address, connections } = detailOf(context, instance);
    const clients = connections === null || connections === 0 ? 'No client is connected to it now.' : `${connections === 1 ? 'One client is' : `${connections} clients are`} connected to it now, and ${connections === 1 ? 'has' : 'have'} to connect again.`;
    return act(context, intent, {
      action: { summary: `Replace the router of ${alias}.`, steps: [step('restart', uuid, [`A new router of ${alias} takes the clients at ${address}; the old one answers what is under way, and ends. ${clients}`, intent.reason ?? 'You asked for it.'])] },
      run: async () => ({ instance: alias, sentence: (await context.services.runtime.agents.client(uuid, alias).routerRestart({}, { timeoutMs: restartMs })).sentence }),
    });
  },

  configure: async (context, { group, reason, dryRun, expectedVersion, ...wanted }) => {
    let settings: RouterSettingsView | null = null;
    const { plan, run, version } = await change(context, { reason, dryRun, expectedVersion }, (base, known) => {
      if (!groupNames(base).includes(group)) throw new CoterieError('NOT_FOUND', `There is no group ${group}. There are: ${groupNames(base).join(', ')}.`);
      const old = base.sharding?.groups[group];
      // What is left out of the call stays as it is.
      const said: RouterSettings = { ...old?.router, ...present(wanted) };
      // A group of which nobody says anything is not written down.
      const next = Object.keys(said).length === 0 ? old : { ...old, router: said };
      const made = applyEdits(base, [{ kind: 'setSharding', settings: { groups: { ...base.sharding?.groups, ...(next && { [group]: next }) } } }], { known, newUuid: context.services.newUuid });
      settings = routerSettings(made.config, group);
      return made;
    });
    settings ??= routerSettings(context.services.runtime.versions.current?.config ?? emptyConfig(context.services.runtime.name), group);
    return { dryRun, plan, run, data: dryRun ? null : { version, settings, sentence: plan.summary } };
  },
};

const rowsOf = ({ services: { runtime } }: Context): RouterRow[] => routerRows(runtime.routers.input());

function detailOf(context: Context, ref: string): RouterDetail {
  const { uuid, alias } = findInstance(context, ref);
  const input = context.services.runtime.routers.input();
  const detail = routerDetail(uuid, input);
  if (detail) return detail;
  const others = routerRows(input).map((row) => row.instance);
  throw new CoterieError('NOT_FOUND', `${alias} has no router: its replicaset has no role router, or it is disabled. ${others.length === 0 ? 'No instance has one: `coterie replicaset edit --roles router` gives it.' : `Routers: ${others.join(', ')}.`}`);
}
