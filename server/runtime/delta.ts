import type { ClusterOverview, ClusterUpdate, InstanceView } from '~/contract/shapes/view.ts';

/** What followers have to be told so that their picture becomes the new one. Pure. */

export type Delta = Extract<ClusterUpdate, { kind: 'delta' }>;

/** An instance whose report only got younger is told this often: the page shows ages, not every beat. */
const freshnessMs = 2000;

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
    const { reportedAt, clockOffsetMs: _, ...rest } = view;
    const text = JSON.stringify(rest);
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

function forgotten(kept: Map<string, unknown>, present: ReadonlySet<string>): string[] {
  const gone = [...kept.keys()].filter((uuid) => !present.has(uuid));
  for (const uuid of gone) kept.delete(uuid);
  return gone;
}
