import type { Change } from '~/contract/shapes/config.ts';
import { Edit } from '~/contract/shapes/edit.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { editOf } from './batch.ts';
import type { Draft, MutationName } from './operation-types.ts';

/**
 * Changes that somebody collects to make them as one. The set knows the version that it was begun on, and nothing of
 * newer ones until it is told: what somebody else applies meanwhile neither changes nor loses it.
 */
export type ChangeSet = { readonly baseVersion: number; readonly edits: readonly Edit[]; /** Why, as given with the single ones. */ readonly reason: string };

const kinds: readonly string[] = Edit.options.map(({ shape }) => shape.kind.value);

/** Whether calls of the operation can be part of a set: those that do no more than edit the configuration. */
export function isCollectable(operation: MutationName): boolean {
  if (operation === 'topology.apply') return true;
  const [noun = '', verb = ''] = operation.split('.');
  return kinds.includes(`${verb}${noun.charAt(0).toUpperCase()}${noun.slice(1)}`);
}

/** Of a whole input; null where it does not fit. */
export function collectedFrom(operation: MutationName, draft: Draft): Edit[] | null {
  if (operation === 'topology.apply') return Edit.array().safeParse(draft.edits).data ?? null;
  const edit = editOf(operation, draft);
  return edit === null ? null : [edit];
}

/** What is in it already is not put in twice. */
export function collect(set: ChangeSet | null, edits: readonly Edit[], { version, reason = '' }: { version: number; reason?: string }): ChangeSet {
  const old = set ?? { baseVersion: version, edits: [], reason: '' };
  const known = new Set(old.edits.map((edit) => JSON.stringify(edit)));
  const reasons = [old.reason, reason.trim()].filter((text) => text !== '');
  return { ...old, edits: [...old.edits, ...edits.filter((edit) => !known.has(JSON.stringify(edit)))], reason: [...new Set(reasons)].join('; ').slice(0, 500) };
}

/** Null when nothing is left. */
export const withEdits = (set: ChangeSet, edits: readonly Edit[]): ChangeSet | null => (edits.length === 0 ? null : { ...set, edits });

export const rebased = (set: ChangeSet, version: number): ChangeSet => ({ ...set, baseVersion: version });

/** From what was kept in the tab's storage; anything else is no set. */
export function changeSetFrom(text: string | null): ChangeSet | null {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<ChangeSet> | null;
    const edits = Edit.array().min(1).safeParse(value?.edits);
    return typeof value?.baseVersion === 'number' && typeof value.reason === 'string' && edits.success ? { baseVersion: value.baseVersion, edits: edits.data, reason: value.reason } : null;
  } catch {
    return null;
  }
}

/** Those of the edits whose objects somebody else has changed since. */
export function touchedBy(edits: readonly Edit[], changes: readonly Change[], { instances, replicasets }: ClusterOverview): Edit[] {
  const changed = new Set(changes.map(({ path }) => path.split('/')[2] ?? ''));
  const objects = [...instances, ...replicasets];
  const isChanged = (name: string) => changed.has(name) || objects.some(({ uuid, alias }) => alias === name && changed.has(uuid));
  return edits.filter((edit) => namesIn(edit).some(isChanged));
}

function namesIn({ kind: _kind, ...fields }: Edit): string[] {
  const { instance, replicaset, instances, priority, name } = fields as Readonly<Record<string, unknown>>;
  return [instance, replicaset, name, instances, priority].flat().filter((value) => typeof value === 'string');
}

/**
 * The cluster as the forms should see it: what is collected is taken. Names of new replicasets are in use, and instances
 * that join one are no longer free.
 */
export function withCollected(overview: ClusterOverview, edits: readonly Edit[]): ClusterOverview {
  const taken = new Set(edits.flatMap((edit) => (edit.kind === 'createReplicaset' ? edit.instances : edit.kind === 'joinInstance' ? [edit.instance] : [])));
  const made = edits.flatMap((edit) => (edit.kind === 'createReplicaset' ? [edit] : []));
  if (taken.size === 0) return overview;
  return {
    ...overview,
    instances: overview.instances.map((one) => (taken.has(one.alias) || taken.has(one.uuid) ? { ...one, configured: true } : one)),
    replicasets: [
      ...overview.replicasets,
      ...made.map(({ alias, uuid, roles, weight, allRw }) => ({ uuid: uuid ?? alias, alias, roles, weight: weight ?? null, allRw, health: 'unknown' as const, healthSentence: 'collected, not applied yet', masters: [], wantedMaster: null, appointed: false, record: null, instances: [], issues: 0 })),
    ],
  };
}
