import type { Health, InstanceHealth, InstanceView, Issue, ReplicasetView } from '~/contract/shapes/view.ts';
import { counts } from '~/core/issues/marks.ts';
import { count, list } from './words.ts';

/** Is the cluster well? One word and one sentence, for scripts, probes and the top of the page. */
export type Overall = {
  readonly health: Health;
  readonly sentence: string;
  readonly instances: Record<InstanceHealth, number>;
  readonly replicasetsWithoutMaster: string[];
  readonly critical: number;
  readonly warnings: number;
  /** Critical issues and warnings that nobody has acknowledged. */
  readonly unacknowledged: number;
  /** Open, and in none of the counts. */
  readonly muted: number;
};

export function healthOf({ instances, replicasets, issues: all }: { instances: readonly InstanceView[]; replicasets: readonly ReplicasetView[]; issues: readonly Issue[] }): Overall {
  const issues = all.filter(counts);
  const configured = instances.filter((instance) => instance.configured);
  const byHealth: Record<InstanceHealth, number> = { ok: 0, warning: 0, critical: 0, unknown: 0, disabled: 0 };
  for (const { health } of configured) byHealth[health] += 1;
  const enabled = configured.length - byHealth.disabled;
  const critical = issues.filter(({ severity }) => severity === 'critical');
  const warnings = issues.filter(({ severity }) => severity === 'warning').length;
  const unacknowledged = issues.filter(({ severity, acknowledged }) => severity !== 'info' && acknowledged === undefined).length;
  const leaderless = new Set(all.filter(({ code }) => code === 'no-master').map(({ object }) => object.id));
  const replicasetsWithoutMaster = replicasets.filter(({ uuid }) => leaderless.has(uuid)).map(({ alias }) => alias);
  const rest = { instances: byHealth, replicasetsWithoutMaster, critical: critical.length, warnings, unacknowledged, muted: all.length - issues.length };
  if (configured.length === 0) return { health: 'ok', sentence: `Nothing is configured yet; ${count(instances.filter(({ expelled }) => !expelled).length, 'instance')} can join.`, ...rest };
  if (critical.length > 0) return { health: 'critical', sentence: `${count(critical.length, 'critical issue')}, at ${list([...new Set(critical.map(({ object }) => object.name))])}.`, ...rest };
  if (warnings > 0 || byHealth.warning > 0) return { health: 'warning', sentence: `${count(warnings, 'warning')}; ${byHealth.ok} of ${enabled} instances are well.`, ...rest };
  if (enabled === 0) return { health: 'ok', sentence: `Every instance is disabled: ${configured.length} of ${configured.length}.`, ...rest };
  if (byHealth.unknown === enabled) return { health: 'unknown', sentence: 'No instance has reported yet.', ...rest };
  return { health: 'ok', sentence: `All ${count(enabled, 'instance')} in ${count(replicasets.length, 'replicaset')} are well${byHealth.disabled > 0 ? `; ${byHealth.disabled} ${byHealth.disabled === 1 ? 'is' : 'are'} disabled` : ''}.`, ...rest };
}
