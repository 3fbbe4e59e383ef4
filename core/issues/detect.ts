import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { Issue, ObjectRef, Severity } from '~/contract/shapes/view.ts';
import type { Facts } from '~/core/view/facts.ts';
import { clock } from '~/core/view/words.ts';
import { catalogue } from './catalogue.ts';
import type { Context, Found, Row } from './row.ts';

/** Issue id -> when it was first seen. */
export type Seen = ReadonlyMap<string, number>;

export type Detected = {
  /** Worst first, then oldest first. */
  readonly issues: Issue[];
  /** All that is there now, also what is within its grace: to be given back as `seen` the next time, and kept over a restart. */
  readonly seen: Seen;
};

/** Goes through the catalogue. An issue's id is its code and its object, so it stays the same while the problem lasts. */
export function detectIssues(facts: Facts, { seen, pendingRuns }: { seen: Seen; pendingRuns: readonly ApplyRun[] }): Detected {
  const issues: Issue[] = [];
  const now = new Map<string, number>();
  const clusterName = facts.config?.config.name ?? 'cluster';
  const look = (row: Row, object: ObjectRef, find: (context: Context) => Found | null) => {
    const id = `${row.code}:${object.id}`;
    const first = seen.get(id) ?? facts.now;
    const found = find({
      facts,
      pendingRuns,
      // Made only for those few rows that have something to say: a date in words costs more than a predicate.
      get since() {
        return clock(first, facts.now);
      },
    });
    if (found === null) return;
    now.set(id, first);
    if (facts.now - first < row.graceMs) return;
    const { sentence, wayOut, severity = row.severity, since = first, repair = null } = found;
    issues.push({ id, code: row.code, severity, object, sentence, wayOut, since, repair });
  };
  for (const row of catalogue) {
    switch (row.about) {
      case 'instance':
        for (const instance of facts.instances.values()) look(row, { kind: 'instance', id: instance.uuid, name: instance.alias }, (context) => row.find(instance, context));
        break;
      case 'replicaset':
        for (const replicaset of facts.replicasets.values()) look(row, { kind: 'replicaset', id: replicaset.uuid, name: replicaset.config.alias }, (context) => row.find(replicaset, context));
        break;
      case 'cluster':
        look(row, { kind: 'cluster', id: clusterName, name: clusterName }, (context) => row.find(context));
        break;
    }
  }
  return { issues: issues.toSorted(worstFirst), seen: now };
}

const rank: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };
const worstFirst = (a: Issue, b: Issue) => rank[a.severity] - rank[b.severity] || a.since - b.since || (a.id < b.id ? -1 : 1);
