import type { FunctionStats } from '~/contract/shapes/function-view.ts';
import { statsOf } from '~/core/roles/function-figures.ts';
import type { Context } from './context.ts';

/** What is counted of a function, by every instance of every replicaset that has it. */

const askMs = 5000;

type Wanted = { readonly name: string; readonly role: string; readonly replicasets: readonly string[] };

export async function functionStats(context: Context, { name, role, replicasets }: Wanted): Promise<FunctionStats> {
  const { state, agents } = context.services.runtime;
  const homes = new Set(replicasets);
  const instances = state.overview.instances.filter(({ replicaset, disabled }) => replicaset !== null && homes.has(replicaset.alias) && !disabled);
  const answers = await Promise.all(
    instances.map(async ({ uuid, alias: instance }) => {
      try {
        const { functions } = await agents.client(uuid, instance).functionStats({}, { timeoutMs: askMs });
        return { instance, figures: functions.find((one) => one.name === name) ?? null };
      } catch (error) {
        return { instance, why: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  return {
    name,
    role,
    ...statsOf(answers.flatMap(({ instance, figures }) => (figures ? [{ instance, figures }] : []))),
    unasked: answers.flatMap(({ instance, why }) => (why === undefined ? [] : [{ instance, why }])).toSorted((a, b) => (a.instance < b.instance ? -1 : 1)),
  };
}
