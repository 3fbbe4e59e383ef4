import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';
import { present } from '~/contract/present.ts';
import { act, step } from './action.ts';
import { changeByEdits, type Changed, type Intent } from './change.ts';
import type { Context, HandlersOf } from './context.ts';
import { instancesFor, pageOf } from './lists.ts';
import { stepInTheWay } from './migration-in-the-way.ts';
import { findInstance } from './names.ts';
import { probed } from './probe.ts';
import { rebuildRefusals } from './rebuild.ts';

/** Time for an agent to do what it was asked; a clean stop of a big Tarantool takes its while. */
const callMs = 30_000;
/** To look something up in a running Tarantool. */
const lookMs = 8000;
/** Log lines may be hours apart. */
const quietLogMs = 86_400_000;

export const instanceHandlers: HandlersOf<Pick<typeof contract, 'instance'>>['instance'] = {
  list: async (context, filter) => pageOf(context, instancesFor(context.services.runtime.state.overview, filter), filter),

  get: async (context, { instance }) => {
    const view = findInstance(context, instance);
    return { ...view, status: context.services.runtime.state.report(view.uuid)?.status ?? null };
  },

  probe: async (context, { address, ...intent }) =>
    act(context, intent, {
      action: { summary: `Look for an agent at ${address}.`, steps: [step('store', address, [`Send a gossip ping to ${address}.`, 'A member that answers joins the gossip.'])] },
      run: () => probed(context, address),
    }),

  join: async (context, { instance, replicaset, zone, electable, ...intent }) =>
    outcome(intent, instance, await changeByEdits(context, intent, [{ kind: 'joinInstance', instance, replicaset, electable, ...(zone === undefined ? {} : { zone }) }])),

  edit: async (context, { instance, alias, zone, electable, uri, router, ...intent }) => {
    const fields = present({ alias, zone, electable, uri, router });
    return outcome(intent, alias ?? instance, await changeByEdits(context, intent, [{ kind: 'editInstance', instance, ...fields }]));
  },

  disable: async (context, { instance, ...intent }) => outcome(intent, instance, await changeByEdits(context, intent, [{ kind: 'disableInstance', instance }])),
  enable: async (context, { instance, ...intent }) => outcome(intent, instance, await changeByEdits(context, intent, [{ kind: 'enableInstance', instance }])),
  expel: async (context, { instance, ...intent }) => outcome(intent, instance, await changeByEdits(context, intent, [{ kind: 'expelInstance', instance }])),

  restart: (context, { instance, ...intent }) => told(context, intent, { instance, verb: 'restart', sentence: 'is restarted', reason: 'You asked for it.' }),
  stop: (context, { instance, ...intent }) => told(context, intent, { instance, verb: 'stop', sentence: 'is stopped and stays so', reason: 'You asked for it.' }),
  start: (context, { instance, ...intent }) => told(context, intent, { instance, verb: 'start', sentence: 'is started', reason: 'You asked for it.' }),
  rebuild: (context, { instance, ...intent }) => told(context, intent, { instance, verb: 'rebuild', sentence: 'loses its data and copies it again', reason: 'Its own copy is not to be trusted any more.' }),

  logs: async (context, { instance, source, lines, filter }) => {
    const { uuid, alias } = findInstance(context, instance);
    return context.services.runtime.agents.client(uuid, alias).logs({ source, lines, ...(filter === undefined ? {} : { filter }) }, { timeoutMs: callMs });
  },

  followLogs: async function* (context, { instance, source, lines, filter }, signal) {
    const { uuid, alias } = findInstance(context, instance);
    const follow = context.services.runtime.agents.client(uuid, alias).followLogs({ source, lines, ...(filter === undefined ? {} : { filter }) }, { signal, idleMs: quietLogMs });
    let number = 0;
    for await (const data of follow) yield { id: String((number += 1)), data };
  },

  boxCfg: async (context, { instance }) => {
    const { uuid, alias } = findInstance(context, instance);
    return context.services.runtime.agents.client(uuid, alias).boxCfg({}, { timeoutMs: lookMs });
  },

  spaces: async (context, { instance, search, ...page }) => {
    const { uuid, alias } = findInstance(context, instance);
    return context.services.runtime.agents.client(uuid, alias).spaces({ ...page, ...(search === undefined ? {} : { search }) }, { timeoutMs: lookMs });
  },

  metrics: async (context, { instance, series, range, since }) => {
    const { uuid, alias } = findInstance(context, instance);
    return context.services.runtime.metrics.read({ uuid, alias, series }, { range, since });
  },

  followMetrics: (context, { instance, series, seconds }, signal, lastEventId) => {
    const { uuid, alias } = findInstance(context, instance);
    const { metrics } = context.services.runtime;
    if (metrics.followers >= metrics.options.followersMax) throw new CoterieError('LIMITED', `${metrics.options.followersMax} streams of figures are open already.`, { retryAfterMs: 5000 });
    return metrics.follow({ uuid, alias, series }, { seconds, lastEventId, signal });
  },

  eval: async (context, { instance, language, code, timeoutMs, rowsMax, ...intent }) => {
    const { uuid, alias } = findInstance(context, instance);
    const action = { summary: `Run ${language.toUpperCase()} on ${alias}.`, steps: [step('applySections', uuid, [`Run ${code.length} characters of ${language.toUpperCase()} on ${alias}.`, 'You asked for it.'])] };
    return act(context, intent, { action, run: () => context.services.runtime.agents.client(uuid, alias).eval({ language, code, timeoutMs, rowsMax }, { timeoutMs: timeoutMs + 5000 }) });
  },
};

const outcome = ({ dryRun }: Intent, instance: string, { plan, run }: Changed) => ({ dryRun, plan, run, data: dryRun ? null : { instance, sentence: plan.summary } });

type Told = { instance: string; verb: 'restart' | 'stop' | 'start' | 'rebuild'; sentence: string; reason: string };

/** Asks one agent to do something to its Tarantool. */
async function told(context: Context, intent: Intent, { instance, verb, sentence, reason }: Told) {
  const { state, agents } = context.services.runtime;
  const view = findInstance(context, instance);
  if (!view.configured || view.expelled) throw new CoterieError('REFUSED', `${view.alias} is ${view.expelled ? 'expelled' : 'not configured'}: it has no Tarantool to ${verb}.`, { instance: view.uuid });
  const refusals = verb === 'rebuild' ? rebuildRefusals(view, state.overview) : [];
  const leads = verb !== 'start' && view.leadership === 'master';
  const running = leads && view.replicaset ? await stepInTheWay(context, view.replicaset) : null;
  const warnings = [...(leads ? [masterWarning(view, state.overview)] : []), ...(running === null ? [] : [`${running} It stands as interrupted then, until somebody has looked at its rows and resumes it.`])];
  return act(context, intent, {
    action: { summary: `${view.alias} ${sentence}.`, steps: [step(verb, view.uuid, [`The Tarantool of ${view.alias} ${sentence}.`, reason])], refusals, warnings },
    run: async () => {
      const done = await agents.client(view.uuid, view.alias)[verb]({}, { timeoutMs: callMs });
      return { instance: view.alias, sentence: done.sentence };
    },
  });
}

function masterWarning({ alias, replicaset }: InstanceView, { replicasets }: ClusterOverview): string {
  const set = replicasets.find(({ uuid }) => uuid === replicaset?.uuid);
  const appointed = set?.appointed === true && set.instances.length > 1;
  return appointed ? `${alias} is the master of ${set.alias}: it hands over first if another one can lead, and writes pause for some milliseconds.` : `${alias} is the master of ${replicaset?.alias}: it cannot be written to meanwhile.`;
}
