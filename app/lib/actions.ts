import type { ClusterOverview, InstanceView, ReplicasetView } from '~/contract/shapes/view.ts';
import type { MutationName } from './operation-types.ts';
import { refOf, unconfiguredOf } from './rows.ts';

/** What can be done to an object now: the menus of rows, cards and the drawer. `unfit` says why it makes no sense at the moment. */
export type Action = {
  readonly operation: MutationName;
  readonly label: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly danger?: boolean;
  readonly unfit?: string;
};

export function instanceActions(one: InstanceView, overview: ClusterOverview): Action[] {
  const instance = refOf(one, overview.instances);
  if (one.expelled) return [];
  if (!one.configured) return unconfiguredActions(instance, overview);
  const replicaset = overview.replicasets.find(({ uuid }) => uuid === one.replicaset?.uuid);
  const database = hasDatabase(one, overview);
  return [
    { operation: 'instance.edit', label: 'Edit', input: { instance } },
    ...(replicaset && database && (replicaset.appointed ? one.leadership !== 'master' : !one.wantedMaster) ? [makeMaster(one, replicaset, overview)] : []),
    ...(database ? processActions(one, instance, replicaset) : []),
    one.disabled
      ? { operation: 'instance.enable', label: 'Enable', input: { instance } }
      : { operation: 'instance.disable', label: 'Disable', input: { instance }, danger: true },
    { operation: 'instance.expel', label: 'Expel', input: { instance }, danger: true },
  ];
}

function unconfiguredActions(instance: string, overview: ClusterOverview): Action[] {
  const none = overview.replicasets.length === 0 ? { unfit: 'There is no replicaset to join yet' } : {};
  return [
    { operation: 'instance.join', label: 'Join', input: { instance }, ...none },
    { operation: 'replicaset.create', label: 'Create replicaset', input: { instances: [instance] } },
  ];
}

function makeMaster(one: InstanceView, replicaset: ReplicasetView, overview: ClusterOverview): Action {
  const unfit = one.disabled ? 'Enable it first' : one.electable ? null : 'It is not electable';
  // Where masters are appointed, the priority is no more than a preference.
  if (replicaset.appointed) return { operation: 'failover.switch', label: 'Make master', input: { replicaset: refOf(replicaset, overview.replicasets), to: refOf(one, overview.instances) }, ...(unfit ? { unfit } : {}) };
  return {
    operation: 'replicaset.edit',
    label: 'Make master',
    input: { replicaset: refOf(replicaset, overview.replicasets), priority: [refOf(one, overview.instances)] },
    ...(unfit ? { unfit } : {}),
  };
}

function processActions(one: InstanceView, instance: string, replicaset: ReplicasetView | undefined): Action[] {
  if (one.disabled) return [];
  const stopped = one.goal === 'stopped' || one.state === 'stopped';
  const alone = (replicaset?.instances.length ?? 0) < 2 ? 'No other instance has a copy of its data' : one.leadership === 'master' ? 'It is the master: make another one the master first' : null;
  return [
    ...(stopped
      ? [{ operation: 'instance.start', label: 'Start', input: { instance } } as const]
      : [{ operation: 'instance.restart', label: 'Restart', input: { instance } } as const, { operation: 'instance.stop', label: 'Stop', input: { instance }, danger: true } as const]),
    { operation: 'instance.rebuild', label: 'Rebuild from peers', input: { instance }, danger: true, ...(alone ? { unfit: alone } : {}) },
  ];
}

/** Router and failover-coordinator alone run inside the agent; anything else needs a Tarantool. */
function hasDatabase({ roles }: InstanceView, overview: ClusterOverview): boolean {
  return roles.some((role) => overview.roles.find(({ name }) => name === role)?.data ?? true);
}

export function replicasetActions(one: ReplicasetView, overview: ClusterOverview): Action[] {
  const replicaset = refOf(one, overview.replicasets);
  const data = one.roles.some((role) => overview.roles.find(({ name }) => name === role)?.data ?? true);
  const noFree = unconfiguredOf(overview).length === 0 ? { unfit: 'No unconfigured instance: start an agent first' } : {};
  return [
    { operation: 'replicaset.edit', label: 'Edit', input: { replicaset } },
    { operation: 'instance.join', label: 'Add an instance', input: { replicaset }, ...noFree },
    ...(data && one.instances.length > 1 ? [{ operation: 'replicaset.restartReplication', label: 'Restart replication', input: { replicaset } } as const] : []),
    { operation: 'replicaset.delete', label: 'Delete', input: { replicaset }, danger: true },
  ];
}
