import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { failoverOf } from './failover-settings.ts';
import { enabledMembersOf, membersOf } from './master.ts';
import { refusal, type Refusal } from './refusal.ts';

/** What must hold for failover: somewhere to keep appointments, somebody who makes them, and no more replicas asked for than there are. */
export function failoverFaults(config: ClusterConfig): Refusal[] {
  return [...stateboardFaults(config), ...coordinatorFaults(config), ...Object.keys(config.replicasets).toSorted().flatMap((uuid) => gateFaults(config, uuid))];
}

function stateboardFaults(config: ClusterConfig): Refusal[] {
  const boards = withRole(config, 'stateboard');
  const faults = boards.flatMap((uuid) => {
    const { alias = uuid, roles = [] } = config.replicasets[uuid] ?? {};
    return [
      ...(membersOf(config, uuid).length > 1 ? [refusal('badStateboard', uuid, [`${alias} keeps the state of failover and has more than one instance: copies of it could disagree.`, 'Leave one instance in it; for a state that survives a lost host take etcd.'])] : []),
      ...(roles.includes('storage') ? [refusal('badStateboard', uuid, [`${alias} has role stateboard and role storage: its master would depend on itself.`, 'Give role stateboard to a replicaset of its own.'])] : []),
    ];
  });
  if (boards.length > 1) faults.push(refusal('badStateboard', boards[1] ?? '', [`${boards.map((uuid) => config.replicasets[uuid]?.alias ?? uuid).join(' and ')} both have role stateboard: one alone can say who is master.`, 'Leave the role with one of them.']));
  const { mode, provider } = failoverOf(config);
  if (provider?.kind === 'stateboard' && !boards.some((uuid) => enabledMembersOf(config, uuid).length > 0)) {
    faults.push(refusal('badStateboard', 'failover', [`Failover mode ${mode} keeps its state on the stateboard, and no enabled instance has role stateboard.`, 'Give the role to an instance that has no storage, or name an etcd.']));
  }
  return faults;
}

function coordinatorFaults(config: ClusterConfig): Refusal[] {
  const { mode } = failoverOf(config);
  if (mode !== 'stateful' && mode !== 'manual') return [];
  if (withRole(config, 'failover-coordinator').some((uuid) => enabledMembersOf(config, uuid).length > 0)) return [];
  return [refusal('noCoordinator', 'failover', [`Failover mode ${mode} needs somebody who appoints masters, and no enabled instance has role failover-coordinator.`, 'Give the role to at least one instance, better to three.'])];
}

function gateFaults(config: ClusterConfig, uuid: string): Refusal[] {
  const { alias, minReplicas = 0, durability = 'availability' } = config.replicasets[uuid] ?? {};
  if (minReplicas === 0) return [];
  const others = membersOf(config, uuid).length - 1;
  if (minReplicas > others) return [refusal('badDurability', uuid, [`${alias} is to write only while ${minReplicas} replicas follow its master, and has ${others}.`, `Ask for at most ${others}, or add instances.`])];
  if (durability !== 'availability') return [refusal('badDurability', uuid, [`${alias}: minReplicas means something in durability availability only.`, `Leave it out: ${durability} waits for copies anyway.`])];
  return [];
}

const withRole = (config: ClusterConfig, role: string): string[] => Object.keys(config.replicasets).toSorted().filter((uuid) => config.replicasets[uuid]?.roles.includes(role));
