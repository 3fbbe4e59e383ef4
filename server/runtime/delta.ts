import type { ClusterOverview, ClusterUpdate, InstanceView } from '~/contract/shapes/view.ts';

/** What followers have to be told so that their picture becomes the new one. Pure. */

export type Delta = Extract<ClusterUpdate, { kind: 'delta' }>;

/** An instance whose report only got younger is told this often: the page shows ages, not every beat. */
const freshnessMs = 2000;
/** Figures that flutter are told with that, unless they have changed by more than this. */
const memoryShare = 0.005;
const lagSecondsMin = 0.01;

/** `sent` is what followers have, as by the deltas so far; null where nothing has to be told. `sent` is brought up to date. */
export function deltaFrom(sent: Sent, next: ClusterOverview): Delta | null {
  const instances = next.instances.filter((view) => sent.instanceChanged(view));
  const replicasets = next.replicasets.filter((view) => sent.replicasetChanged(view.uuid, JSON.stringify(view)));
  const removedInstances = sent.forgetInstances(new Set(next.instances.map(({ uuid }) => uuid)));
  const removedReplicasets = sent.forgetReplicasets(new Set(next.replicasets.map(({ uuid }) => uuid)));
  const issues = sent.changed('issues', next.issues) ? next.issues : null;
  const suggestions = sent.changed('suggestions', next.suggestions) ? next.suggestions : null;
  const rest = sent.changed('rest', [next.configVersion, next.run]);
  if (!rest && issues === null && suggestions === null && instances.length + replicasets.length + removedInstances.length + removedReplicasets.length === 0) return null;
  return { kind: 'delta', serverTime: next.serverTime, configVersion: next.configVersion, instances, removedInstances, replicasets, removedReplicasets, issues, suggestions, run: next.run };
}

/** What has been told, as texts to compare with. */
export class Sent {
  readonly #instances = new Map<string, { text: string; reportedAt: number | null }>();
  readonly #replicasets = new Map<string, string>();
  readonly #lists = new Map<string, string>();

  instanceChanged(view: InstanceView): boolean {
    const { reportedAt, clockOffsetMs: _clock, lagSeconds, memoryUsedBytes, ...rest } = view;
    const text = JSON.stringify([rest, lagStep(lagSeconds), memoryStep(memoryUsedBytes, view.memoryQuotaBytes)]);
    const known = this.#instances.get(view.uuid);
    if (known?.text === text && (reportedAt ?? 0) - (known.reportedAt ?? 0) < freshnessMs) return false;
    this.#instances.set(view.uuid, { text, reportedAt });
    return true;
  }

  replicasetChanged(uuid: string, text: string): boolean {
    if (this.#replicasets.get(uuid) === text) return false;
    this.#replicasets.set(uuid, text);
    return true;
  }

  changed(list: 'issues' | 'suggestions' | 'rest', value: unknown): boolean {
    const text = JSON.stringify(value);
    if (this.#lists.get(list) === text) return false;
    this.#lists.set(list, text);
    return true;
  }

  forgetInstances = (present: ReadonlySet<string>): string[] => forgotten(this.#instances, present);
  forgetReplicasets = (present: ReadonlySet<string>): string[] => forgotten(this.#replicasets, present);
}

/** Steps of a quarter. */
const lagStep = (seconds: number | null) => (seconds === null ? null : seconds < lagSecondsMin ? 0 : Math.round(Math.log(seconds) / Math.log(1.25)));

const memoryStep = (used: number | null, quota: number | null) => (used === null || !quota ? used : Math.round(used / quota / memoryShare));

/** Deltas that follow each other, as one: what came later counts. */
export function combined(updates: readonly ClusterUpdate[]): ClusterUpdate {
  const deltas = updates.filter((update): update is Delta => update.kind === 'delta');
  const last = deltas.at(-1);
  // Nothing but deltas is ever published; anything else makes the follower begin anew.
  if (last === undefined || deltas.length < updates.length) return { kind: 'gap' };
  const instances = new Map<string, InstanceView>();
  const replicasets = new Map<string, Delta['replicasets'][number]>();
  const goneInstances = new Set<string>();
  const goneReplicasets = new Set<string>();
  for (const delta of deltas) {
    put(delta.instances, delta.removedInstances, { rows: instances, gone: goneInstances });
    put(delta.replicasets, delta.removedReplicasets, { rows: replicasets, gone: goneReplicasets });
  }
  const latest = <K extends 'issues' | 'suggestions'>(list: K): Delta[K] => deltas.findLast((delta) => delta[list] !== null)?.[list] ?? null;
  return { ...last, instances: [...instances.values()], removedInstances: [...goneInstances], replicasets: [...replicasets.values()], removedReplicasets: [...goneReplicasets], issues: latest('issues'), suggestions: latest('suggestions') };
}

function put<T extends { uuid: string }>(changed: readonly T[], removed: readonly string[], { rows, gone }: { rows: Map<string, T>; gone: Set<string> }): void {
  for (const row of changed) {
    rows.set(row.uuid, row);
    gone.delete(row.uuid);
  }
  for (const uuid of removed) {
    rows.delete(uuid);
    gone.add(uuid);
  }
}

function forgotten(kept: Map<string, unknown>, present: ReadonlySet<string>): string[] {
  const gone = [...kept.keys()].filter((uuid) => !present.has(uuid));
  for (const uuid of gone) kept.delete(uuid);
  return gone;
}
