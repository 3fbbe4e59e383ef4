import type { Health, InstanceView, Issue, ReplicasetView } from '~/contract/shapes/view.ts';
import { count, list } from './words.ts';

/** Is the cluster well? One word and one sentence, for scripts, probes and the top of the page. */
export type Overall = {
  readonly health: Health;
  readonly sentence: string;
  readonly instances: Record<Health, number>;
  readonly replicasetsWithoutMaster: string[];
  readonly critical: number;
  readonly warnings: number;
};

export function healthOf({ instances, replicasets, issues }: { instances: readonly InstanceView[]; replicasets: readonly ReplicasetView[]; issues: readonly Issue[] }): Overall {
  const configured = instances.filter((instance) => instance.configured);
  const counts: Record<Health, number> = { ok: 0, warning: 0, critical: 0, unknown: 0 };
  for (const { health } of configured) counts[health] += 1;
  const critical = issues.filter(({ severity }) => severity === 'critical');
  const warnings = issues.filter(({ severity }) => severity === 'warning').length;
  const leaderless = new Set(issues.filter(({ code }) => code === 'no-master').map(({ object }) => object.id));
  const replicasetsWithoutMaster = replicasets.filter(({ uuid }) => leaderless.has(uuid)).map(({ alias }) => alias);
  const rest = { instances: counts, replicasetsWithoutMaster, critical: critical.length, warnings };
  if (configured.length === 0) return { health: 'ok', sentence: `Nothing is configured yet; ${count(instances.filter(({ expelled }) => !expelled).length, 'instance')} can join.`, ...rest };
  if (critical.length > 0) return { health: 'critical', sentence: `${count(critical.length, 'critical issue')}, at ${list([...new Set(critical.map(({ object }) => object.name))])}.`, ...rest };
  if (warnings > 0 || counts.warning > 0) return { health: 'warning', sentence: `${count(warnings, 'warning')}; ${counts.ok} of ${configured.length} instances are well.`, ...rest };
  if (counts.unknown === configured.length) return { health: 'unknown', sentence: 'No instance has reported yet.', ...rest };
  return { health: 'ok', sentence: `All ${count(configured.length, 'instance')} in ${count(replicasets.length, 'replicaset')} are well.`, ...rest };
}
