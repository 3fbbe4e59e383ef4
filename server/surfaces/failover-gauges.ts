import { causeNames } from '~/contract/shapes/failover-view.ts';
import type { Exposition } from '~/core/metrics/exposition.ts';
import type { Failover } from '~/server/runtime/failover/failover.ts';
import type { ServerFamilies } from './families.ts';

type Out = Exposition<ServerFamilies>;
type Known = Pick<Failover, 'appoints' | 'changes' | 'shown'> & { readonly components: Pick<Failover['components'], 'reports'> };

/** What the server's series of failover say now; those of what is no more are forgotten. */
export function failoverGauges(out: Out, failover: Known): void {
  const names = ['epoch', 'lease_left_seconds', 'healthy', 'coordinator', 'coordinator_term', 'provider_seconds', 'agents_without_provider', 'lost_rows_files'] as const;
  for (const name of names) out.clear(`coterie_failover_${name}`);
  ofChanges(out, failover);
  for (const { status } of failover.components.reports().values()) if (status.failover) out.set('coterie_failover_lost_rows_files', { labels: { alias: status.alias }, value: status.failover.lostRows });
  if (!failover.appoints) return out.clear('coterie_failover_paused');
  const { replicasets, coordinators, pause, provider } = failover.shown();
  out.observe('coterie_failover_write_stop_seconds', { seconds: 0, by: 0 });
  out.set('coterie_failover_paused', { value: pause === null ? 0 : 1 });
  if (provider !== null) ofProvider(out, provider);
  ofCoordinators(out, coordinators);
  for (const { alias: replicaset, allRw, epoch, health, master, leaseLeftMs } of replicasets) {
    if (allRw) continue;
    // Growth is seen from a series that was there before: the first change would not show.
    for (const cause of causeNames) out.add('coterie_failover_changes_total', { labels: { replicaset, cause }, by: 0 });
    out.set('coterie_failover_epoch', { labels: { replicaset }, value: epoch });
    out.set('coterie_failover_healthy', { labels: { replicaset }, value: health === 'ok' ? 1 : 0 });
    if (master && leaseLeftMs !== null) out.set('coterie_failover_lease_left_seconds', { labels: { replicaset, alias: master.alias }, value: leaseLeftMs / 1000 });
  }
}

function ofChanges(out: Out, { changes }: Known): void {
  for (const { replicaset, cause, readOnlyMs } of changes.splice(0)) {
    out.add('coterie_failover_changes_total', { labels: { replicaset: replicaset.alias, cause: cause ?? 'unknown' } });
    if (readOnlyMs !== null) out.observe('coterie_failover_write_stop_seconds', { seconds: readOnlyMs / 1000 });
  }
}

type Shown = ReturnType<Failover['shown']>;

function ofProvider(out: Out, { roundTripMs, reachedBy, lostBy }: NonNullable<Shown['provider']>): void {
  if (roundTripMs !== null) out.set('coterie_failover_provider_seconds', { value: roundTripMs / 1000 });
  if (reachedBy + lostBy.length > 0) out.set('coterie_failover_agents_without_provider', { value: lostBy.length });
}

function ofCoordinators(out: Out, coordinators: Shown['coordinators']): void {
  const active = coordinators.filter((one) => one.active);
  for (const { alias } of active) out.set('coterie_failover_coordinator', { labels: { alias }, value: 1 });
  // Two, where one does not know yet that another one has taken over.
  const terms = active.flatMap(({ term }) => (term === null ? [] : [term]));
  if (terms.length > 0) out.set('coterie_failover_coordinator_term', { value: Math.max(...terms) });
}
