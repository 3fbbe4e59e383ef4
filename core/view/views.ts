import type { InstanceHealth, InstanceView, Issue, ReplicasetView } from '~/contract/shapes/view.ts';
import type { Facts, InstanceFacts } from './facts.ts';
import { counts } from '~/core/issues/marks.ts';
import { groupBy } from './group.ts';
import { routerPlace } from '~/core/topology/router-settings.ts';
import { judgeInstance, judgeReplicaset } from './health.ts';

/** What people see of each instance and replicaset. `badges`: issue code -> two or three words. */
export function buildViews(facts: Facts, issues: readonly Issue[], badges: ReadonlyMap<string, string>): { instances: InstanceView[]; replicasets: ReplicasetView[] } {
  const byObject = groupBy(issues, (issue) => issue.object.id);
  const instances = [...facts.instances.values()].map((instance) => instanceView(instance, byObject.get(instance.uuid) ?? [], { now: facts.now, badges }));
  const healthOf = new Map<string, InstanceHealth>(instances.map(({ uuid, health }) => [uuid, health]));
  const replicasets = [...facts.replicasets.values()].map((replicaset): ReplicasetView => {
    const own = byObject.get(replicaset.uuid) ?? [];
    const { alias, roles, weight, allRw } = replicaset.config;
    return {
      uuid: replicaset.uuid,
      alias,
      roles,
      weight,
      allRw,
      ...judgeReplicaset(replicaset, own, (uuid) => healthOf.get(uuid) ?? 'unknown'),
      masters: replicaset.masters.map(({ uuid }) => uuid),
      wantedMaster: replicaset.wanted?.uuid ?? null,
      appointed: replicaset.appointed,
      record: replicaset.record && { ...replicaset.record },
      instances: replicaset.members.map(({ uuid }) => uuid),
      issues: own.filter(counts).length + replicaset.members.reduce((sum, { uuid }) => sum + (byObject.get(uuid)?.filter(counts).length ?? 0), 0),
    };
  });
  return { instances: instances.toSorted(byPlace), replicasets: replicasets.toSorted((a, b) => compare(a.alias, b.alias)) };
}

function instanceView(instance: InstanceFacts, issues: readonly Issue[], options: { now: number; badges: ReadonlyMap<string, string> }): InstanceView {
  const { config, status, report } = instance;
  const database = status?.database ?? null;
  const lags = (database?.replication ?? []).flatMap(({ upstream }) => (upstream?.lagSeconds === null || upstream === null ? [] : [upstream.lagSeconds]));
  return {
    uuid: instance.uuid,
    alias: instance.alias,
    uri: instance.uri,
    ...routerField(instance),
    http: instance.http,
    zone: instance.zone,
    replicaset: instance.replicaset,
    roles: [...instance.roles],
    configured: config !== null,
    electable: config?.electable ?? true,
    disabled: config?.disabled ?? false,
    expelled: instance.expelled,
    priority: instance.priority,
    leadership: instance.readOnly === null ? 'none' : instance.readOnly ? 'replica' : 'master',
    wantedMaster: instance.wantedMaster,
    failover: failoverOf(instance),
    ...judgeInstance(instance, issues, options),
    gossip: instance.gossip?.state ?? 'unknown',
    // Last known, however old: its age stands beside it.
    state: instance.state ?? report?.status.state ?? null,
    goal: report?.status.goal ?? null,
    reason: report?.status.reason ?? null,
    reportedAt: instance.heardAt,
    clockOffsetMs: report?.clockOffsetMs ?? null,
    configVersion: instance.configVersion,
    readOnly: instance.readOnly,
    lagSeconds: lags.length === 0 ? null : Math.max(...lags),
    memoryUsedBytes: database?.slab.arenaUsedBytes ?? null,
    memoryQuotaBytes: database?.slab.quotaBytes ?? null,
    issues: issues.filter(counts).length,
  };
}

function routerField({ config, roles, replicaset }: InstanceFacts): Pick<InstanceView, 'router'> {
  return config === null || replicaset === null || config.disabled || !roles.includes('router') ? {} : { router: routerPlace(config).address };
}

function failoverOf({ member }: InstanceFacts): InstanceView['failover'] {
  if (member === null) return null;
  const { standing, epoch, failsafe, obstacle, diverged } = member;
  return { standing, epoch, failsafe, obstacle, diverged };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** By replicaset and priority; those without one last, by name. */
function byPlace(a: InstanceView, b: InstanceView): number {
  if ((a.replicaset === null) !== (b.replicaset === null)) return a.replicaset === null ? 1 : -1;
  return compare(a.replicaset?.alias ?? '', b.replicaset?.alias ?? '') || (a.priority ?? 0) - (b.priority ?? 0) || compare(a.alias, b.alias) || compare(a.uuid, b.uuid);
}
