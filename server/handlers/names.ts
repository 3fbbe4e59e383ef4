import { CoterieError } from '~/contract/errors.ts';
import type { InstanceView, ReplicasetView } from '~/contract/shapes/view.ts';
import type { Context } from './context.ts';

/** From what a person wrote, alias or uuid, to the one thing that it names; otherwise an error that lists what there is. */

export const findInstance = (context: Context, ref: string): InstanceView => one(context.services.runtime.state.overview.instances, ref, 'instance');

export const findReplicaset = (context: Context, ref: string): ReplicasetView => one(context.services.runtime.state.overview.replicasets, ref, 'replicaset');

/** Who leads a replicaset, or else is to lead it; null: nobody. */
export function masterOf(context: Context, { masters, wantedMaster }: Pick<ReplicasetView, 'masters' | 'wantedMaster'>): { readonly uuid: string; readonly alias: string } | null {
  const uuid = masters[0] ?? wantedMaster;
  return uuid === null ? null : { uuid, alias: context.services.runtime.state.overview.instances.find((one) => one.uuid === uuid)?.alias ?? uuid };
}

const candidatesMax = 20;

function one<T extends { uuid: string; alias: string }>(rows: readonly T[], ref: string, what: string): T {
  const found = rows.filter(({ uuid, alias }) => uuid === ref.toLowerCase() || alias === ref);
  const [first, second] = found;
  if (first && !second) return first;
  const candidates = (first ? found : rows).slice(0, candidatesMax).map(({ uuid, alias }) => ({ uuid, alias }));
  if (first) throw new CoterieError('CONFLICT', `${found.length} ${what}s are called ${ref}; name it by its uuid: ${candidates.map(({ uuid }) => uuid).join(', ')}.`, { candidates });
  const names = candidates.map(({ alias }) => alias).toSorted().join(', ');
  throw new CoterieError('NOT_FOUND', `There is no ${what} ${ref}. ${names === '' ? `No ${what} is known yet.` : `There ${candidates.length === 1 ? 'is' : 'are'}: ${names}${rows.length > candidatesMax ? ', ...' : ''}.`}`, { candidates });
}
