import type { WhatIfInput } from './input.ts';
import { hostOf } from '~/core/topology/address.ts';

/** What concerns one replicaset: its instances, those that coordinate, and the provider. The others can do nothing for or against it. */
export function sliceOf(input: WhatIfInput, uuid: string): WhatIfInput {
  const { config, coordinators, provider } = input;
  const members = config.replicasets[uuid]?.priority ?? [];
  const kept = new Set([...members, ...coordinators, ...(provider?.kind === 'stateboard' ? [provider.instance] : [])]);
  const instances = Object.fromEntries([...kept].flatMap((id) => (config.instances[id] ? [[id, config.instances[id]]] : [])));
  const owners = new Set([uuid, ...Object.values(instances).map(({ replicaset }) => replicaset)]);
  const replicasets = Object.fromEntries([...owners].flatMap((id) => (config.replicasets[id] ? [[id, config.replicasets[id]]] : [])));
  return {
    ...input,
    config: { ...config, instances, replicasets },
    masters: { [uuid]: input.masters[uuid] ?? null },
    instances: Object.fromEntries([...kept].flatMap((id) => (input.instances[id] ? [[id, input.instances[id]]] : []))),
    policies: input.policies[uuid] ? { [uuid]: input.policies[uuid] } : {},
    held: new Set([uuid].filter((one) => input.held.has(one))),
  };
}

/** Members of etcd stand where an instance on the same host stands, where nothing else is known. */
export function sited(input: WhatIfInput): WhatIfInput {
  const { provider, config } = input;
  if (provider?.kind !== 'etcd') return input;
  const zones = new Map(Object.values(config.instances).map(({ uri, zone }) => [hostOf(uri), zone]));
  return { ...input, provider: { ...provider, members: provider.members.map((member) => ({ ...member, zone: member.zone ?? zones.get(hostOf(member.endpoint)) ?? null })) } };
}
