import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { Issue, ObjectRef, Severity } from '~/contract/shapes/view.ts';
import type { Facts } from '~/core/view/facts.ts';
import { clock } from '~/core/view/words.ts';
import { catalogue } from './catalogue.ts';
import { appoints } from './failover-rows.ts';
import { noWord, type Context, type FailingAlert, type FailoverWord, type Found, type Row } from './row.ts';

/** Issue id -> when it was first seen. */
export type Seen = ReadonlyMap<string, number>;

export type Detected = {
  /** Worst first, then oldest first. */
  readonly issues: Issue[];
  /** All that is there now, also what is within its grace: to be given back as `seen` the next time, and kept over a restart. */
  readonly seen: Seen;
};

/** Goes through the catalogue. An issue's id is its code and its object, so it stays the same while the problem lasts. */
export function detectIssues(facts: Facts, { seen, pendingRuns, failingAlerts, failover = noWord, sharding = [] }: { seen: Seen; pendingRuns: readonly ApplyRun[]; failingAlerts: readonly FailingAlert[]; failover?: FailoverWord; sharding?: readonly GroupView[] }): Detected {
  const issues: Issue[] = [];
  const present = new Map<string, number>();
  const clusterName = facts.config?.config.name ?? 'cluster';
  // Who is looked at, for `since`. One context for all: ten thousand predicates run four times a second, and few
  // of them ever ask for the time in words.
  let code = '';
  let object: ObjectRef = { kind: 'cluster', id: clusterName, name: clusterName };
  const firstSeen = () => seen.get(`${code}:${object.id}`) ?? facts.now;
  const context: Context = { facts, failover, sharding, pendingRuns, failingAlerts, since: () => clock(firstSeen(), facts.now) };
  const keep = (row: Row, found: Found) => {
    const id = `${code}:${object.id}`;
    const first = firstSeen();
    present.set(id, first);
    if (facts.now - first < row.graceMs) return;
    const { sentence, wayOut, severity = row.severity, since = first, repair = null } = found;
    issues.push({ id, code, severity, object, sentence, wayOut, since, repair });
  };
  // What cannot be judged yet is neither there nor over: its time is kept.
  const wait = () => {
    const id = `${code}:${object.id}`;
    const first = seen.get(id);
    if (first !== undefined) present.set(id, first);
  };
  const untold = (row: Row) => row.toldByCoordinator === true && failover.told === null && appoints(context);
  const cluster = object;
  const instances = [...facts.instances.values()].map((instance) => ({ instance, ref: { kind: 'instance' as const, id: instance.uuid, name: instance.alias } }));
  for (const row of catalogue) {
    code = row.code;
    switch (row.about) {
      case 'instance':
        for (const { instance, ref } of instances) {
          object = ref;
          const found = row.find(instance, context);
          if (found !== null) keep(row, found);
          else if (instance.contact === 'unknown') wait();
        }
        break;
      case 'replicaset':
        for (const replicaset of facts.replicasets.values()) {
          object = { kind: 'replicaset', id: replicaset.uuid, name: replicaset.config.alias };
          const found = row.find(replicaset, context);
          if (found !== null) keep(row, found);
          else if (untold(row) || (facts.starting && replicaset.members.some(({ contact }) => contact === 'unknown'))) wait();
        }
        break;
      case 'cluster': {
        object = cluster;
        const found = row.find(context);
        if (found !== null) keep(row, found);
        else if (facts.starting || untold(row)) wait();
        break;
      }
    }
  }
  return { issues: issues.toSorted(worstFirst), seen: present };
}

const rank: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };
export const worstFirst = (a: Issue, b: Issue) => rank[a.severity] - rank[b.severity] || a.since - b.since || (a.id < b.id ? -1 : 1);
