import type { contract } from '~/contract/index.ts';
import { present } from '~/contract/present.ts';
import { settle } from '~/server/runtime/settle.ts';
import { act, step } from './action.ts';
import { changeByEdits, type Changed, type Intent } from './change.ts';
import type { Context, HandlersOf } from './context.ts';
import { pageOf, replicasetsFor } from './lists.ts';
import { findInstance, findReplicaset } from './names.ts';

const callMs = 15_000;

export const replicasetHandlers: HandlersOf<Pick<typeof contract, 'replicaset'>>['replicaset'] = {
  list: async (context, filter) => pageOf(context, replicasetsFor(context.services.runtime.state.overview, filter), filter),

  get: async (context, { replicaset }) => findReplicaset(context, replicaset),

  create: async (context, { alias, instances, roles, weight, group, allRw, ...intent }) =>
    outcome(intent, alias, await changeByEdits(context, intent, [{ kind: 'createReplicaset', alias, instances, roles, allRw, ...(weight === undefined ? {} : { weight }), ...(group === undefined ? {} : { group }) }])),

  edit: async (context, { replicaset, alias, roles, priority, weight, group, allRw, durability, minReplicas, ...intent }) => {
    const fields = present({ alias, roles, priority, weight, group, allRw, durability, minReplicas });
    return outcome(intent, alias ?? replicaset, await changeByEdits(context, intent, [{ kind: 'editReplicaset', replicaset, ...fields }]));
  },

  delete: async (context, { replicaset, ...intent }) => outcome(intent, replicaset, await changeByEdits(context, intent, [{ kind: 'deleteReplicaset', replicaset }])),

  restartReplication: async (context, { replicaset, ...intent }) => {
    const view = findReplicaset(context, replicaset);
    const members = view.instances.map((uuid) => findInstance(context, uuid)).filter(({ disabled, state }) => !disabled && state !== null);
    const action = {
      summary: `Restart the replication of ${view.alias}.`,
      steps: members.map((member) => step('restartReplication', member.uuid, [`${member.alias} sets its replication anew.`, 'A broken link does not always come back by itself.'])),
    };
    return act(context, intent, { action, run: () => restartAll(context, view.alias, members) });
  },
};

/** All at once; one that cannot be reached does not keep the others waiting. */
async function restartAll(context: Context, alias: string, members: readonly { uuid: string; alias: string }[]) {
  const { agents } = context.services.runtime;
  const results = await settle(members, (member) => agents.client(member.uuid, member.alias).restartReplication({}, { timeoutMs: callMs }));
  const failed = results.filter(({ error }) => error !== null);
  if (failed.length > 0 && failed.length === members.length) throw failed[0]!.error;
  const sentence = failed.length === 0 ? `Replication of ${alias} was restarted on ${members.length} instances.` : `Restarted, but not on ${failed.map(({ item, error }) => `${item.alias} (${error!.message})`).join(', ')}.`;
  return { replicaset: alias, sentence };
}

const outcome = ({ dryRun }: Intent, replicaset: string, { plan, run }: Changed) => ({ dryRun, plan, run, data: dryRun ? null : { replicaset, sentence: plan.summary } });
