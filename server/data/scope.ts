import { CoterieError, problemOf } from '~/contract/errors.ts';
import type { DataMissing } from '~/contract/shapes/data.ts';
import type { BucketHashName } from '~/contract/shapes/sharding.ts';
import type { InstanceView, ReplicasetView } from '~/contract/shapes/view.ts';
import { groupNames, groupSettings, storagesOf } from '~/core/topology/sharding-settings.ts';
import type { AgentClient } from '~/link/protocol.ts';
import type { Context } from '~/server/handlers/context.ts';
import { findInstance, findReplicaset } from '~/server/handlers/names.ts';

/** Whom to ask for rows: one instance, or the master of each storage of a group. */

export type Source = { readonly instance: InstanceView; readonly replicaset: { readonly uuid: string; readonly alias: string } | null; readonly client: AgentClient };
export type Scope = { readonly sources: readonly Source[]; readonly missing: readonly DataMissing[]; /** All storages of a group are meant. */ readonly whole: boolean; readonly hash: BucketHashName };

export function scopeOf(context: Context, { on, group }: { on?: string | undefined; group: string }): Scope {
  const { versions } = context.services.runtime;
  const config = versions.current?.config;
  const hash = groupSettings(config ?? {}, group).hash;
  if (on !== undefined) {
    const instance = instanceCalled(context, on);
    const found = sourceOf(context, instance);
    if ('sentence' in found) throw new CoterieError('UNAVAILABLE', found.sentence, { instance: instance.uuid });
    return { sources: [found], missing: [], whole: false, hash };
  }
  const uuids = config === undefined ? [] : storagesOf(config, group);
  if (uuids.length === 0) {
    const names = config === undefined ? [] : groupNames(config).filter((name) => storagesOf(config, name).length > 0);
    throw new CoterieError('NOT_FOUND', `Group ${group} has no storages. ${names.length === 0 ? 'Give a replicaset the role storage, or' : `There is: ${names.join(', ')}. Or`} name an instance with \`on\`.`, { group });
  }
  const all = uuids.map((uuid) => masterOf(context, findReplicaset(context, uuid)));
  return { sources: all.filter((one): one is Source => !('sentence' in one)), missing: all.filter((one): one is DataMissing => 'sentence' in one), whole: true, hash };
}

/** An instance, or the master of a replicaset of that name. */
export function instanceCalled(context: Context, name: string): InstanceView {
  const { instances, replicasets } = context.services.runtime.state.overview;
  const named = <T extends { uuid: string; alias: string }>({ uuid, alias }: T) => uuid === name.toLowerCase() || alias === name;
  const [instance, replicaset] = [instances.some(named), replicasets.find(named)];
  if (instance && replicaset) throw new CoterieError('CONFLICT', `An instance and a replicaset are called ${name}: name the one you mean by its uuid.`, { replicaset: replicaset.uuid });
  if (!replicaset) return findInstance(context, name);
  const master = leading(context, replicaset);
  if (!master) throw new CoterieError('UNAVAILABLE', `Replicaset ${replicaset.alias} has no master that is heard: name one of its instances.`, { replicaset: replicaset.uuid });
  return master;
}

function masterOf(context: Context, replicaset: ReplicasetView): Source | DataMissing {
  const master = leading(context, replicaset);
  return master ? sourceOf(context, master) : { replicaset: replicaset.alias, instance: null, sentence: headless(replicaset.alias) };
}

export const headless = (alias: string): string => `${alias} has no master that is heard.`;

export function leading(context: Context, { masters, wantedMaster, instances: members }: ReplicasetView): InstanceView | undefined {
  const { instances } = context.services.runtime.state.overview;
  const uuid = (wantedMaster !== null && masters.includes(wantedMaster) ? wantedMaster : masters[0]) ?? null;
  return instances.find((one) => one.uuid === uuid && members.includes(one.uuid));
}

function sourceOf(context: Context, instance: InstanceView): Source | DataMissing {
  try {
    return { instance, replicaset: instance.replicaset, client: context.services.runtime.agents.client(instance.uuid, instance.alias) };
  } catch (error) {
    return missingOf(instance, error);
  }
}

export const missingOf = (instance: InstanceView, error: unknown): DataMissing => ({ replicaset: instance.replicaset?.alias ?? null, instance: instance.alias, sentence: problemOf(error).detail });

/** What each answered, and who did not, and why. */
export async function asked<T>(sources: readonly Source[], ask: (source: Source) => Promise<T>): Promise<{ answers: { source: Source; answer: T }[]; failures: { source: Source; error: unknown }[] }> {
  const settled = await Promise.allSettled(sources.map((source) => ask(source)));
  const answers = settled.flatMap((one, at) => (one.status === 'fulfilled' ? [{ source: sources[at]!, answer: one.value }] : []));
  const failures = settled.flatMap((one, at) => (one.status === 'rejected' ? [{ source: sources[at]!, error: one.reason as unknown }] : []));
  return { answers, failures };
}
