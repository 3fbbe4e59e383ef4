import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { KnownInstance } from './known.ts';
import { refusal, type Refusal } from './refusal.ts';

/** From what a person wrote (alias or uuid) to the one thing that it names, or to why it names none or several. */

export type Found<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export function resolveReplicaset(config: ClusterConfig, ref: string): Found<string> {
  const rows = Object.entries(config.replicasets).map(([uuid, { alias }]) => ({ uuid, alias }));
  return one(rows, ref, { what: 'replicaset', where: 'in the configuration' });
}

/** Of the configuration. One that is known but not configured is named as such: that is the usual mistake. */
export function resolveConfigured(config: ClusterConfig, ref: string, known: readonly KnownInstance[]): Found<string> {
  const rows = Object.entries(config.instances).map(([uuid, { alias }]) => ({ uuid, alias }));
  const found = one(rows, ref, { what: 'instance', where: 'in the configuration' });
  if (found.ok || rows.some((row) => matches(row, ref))) return found;
  if (known.some((agent) => matches(agent, ref))) return { ok: false, refusal: refusal('unknownName', ref, [`${ref} is running but not configured.`, 'Join it to a replicaset first.']) };
  return found;
}

/** Among the agents that are not configured yet. */
export function resolveUnconfigured(config: ClusterConfig, ref: string, known: readonly KnownInstance[]): Found<KnownInstance> {
  const free = known.filter(({ uuid }) => !config.instances[uuid] && !config.expelled[uuid]);
  if (!free.some((agent) => matches(agent, ref))) {
    const taken = Object.entries(config.instances).find(([uuid, { alias }]) => matches({ uuid, alias }, ref));
    if (taken) return { ok: false, refusal: refusal('configured', taken[0], [`${taken[1].alias} is in ${config.replicasets[taken[1].replicaset]?.alias ?? 'a replicaset'} already.`, 'Expel it and start its agent with --forget to use it elsewhere.']) };
    const gone = Object.entries(config.expelled).find(([uuid, { alias }]) => matches({ uuid, alias }, ref));
    if (gone) return { ok: false, refusal: refusal('expelled', gone[0], [`${gone[1].alias} was expelled, so its data may not come back.`, 'Start its agent with --forget: it comes as a new instance.']) };
  }
  const found = one(free, ref, { what: 'unconfigured instance', where: 'heard of' });
  return found.ok ? { ok: true, value: free.find(({ uuid }) => uuid === found.value) as KnownInstance } : found;
}

type Row = { readonly uuid: string; readonly alias: string };
const matches = (row: Row, ref: string) => row.alias === ref || row.uuid.toLowerCase() === ref.toLowerCase();

function one(rows: readonly Row[], ref: string, { what, where }: { what: string; where: string }): Found<string> {
  const exact = rows.filter((row) => matches(row, ref));
  const [first, second] = exact;
  if (first && !second) return { ok: true, value: first.uuid };
  if (first) return { ok: false, refusal: refusal('ambiguousName', ref, [`${exact.length} ${what}s are called ${ref}.`, `Name it by its uuid: ${exact.map(({ uuid }) => uuid).toSorted().join(', ')}.`]) };
  const names = rows.map(({ alias }) => alias).toSorted();
  const shown = names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ');
  return { ok: false, refusal: refusal('unknownName', ref, [`There is no ${what} ${ref}.`, names.length === 0 ? `No ${what} is ${where} yet: start an agent and see that it finds the cluster.` : `These are ${where}: ${shown}.`]) };
}
