import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { enabledMembersOf } from '~/core/topology/master.ts';
import { failoverOf } from '~/core/topology/failover-settings.ts';
import type { StateSettings } from '~/state/open.ts';
import type { TlsFiles } from '~/state/etcd/settings.ts';

/** How this agent reaches etcd beyond what the configuration says: secrets and files are each host's own. */
export type ProviderAccess = { readonly stateboardPassword: string; readonly password: string | null; readonly tls: TlsFiles };

/** Where the state of failover is, by the configuration; null: nowhere, or nobody can say. */
export function providerOf(config: ClusterConfig, access: ProviderAccess): StateSettings | null {
  const { provider } = failoverOf(config);
  switch (provider?.kind) {
    case undefined:
      return null;
    case 'stateboard': {
      const board = Object.keys(config.replicasets).toSorted().find((uuid) => config.replicasets[uuid]?.roles.includes('stateboard'));
      const instance = board === undefined ? undefined : enabledMembersOf(config, board)[0];
      const address = instance === undefined ? undefined : config.instances[instance]?.uri;
      return address === undefined ? null : { kind: 'stateboard', address, password: access.stateboardPassword };
    }
    case 'etcd': {
      const { endpoints, prefix = `/coterie/${config.name}`, user, tls = false } = provider;
      const scheme = tls ? 'https' : 'http';
      const credentials = user === undefined || access.password === null ? {} : { user, password: access.password };
      return { kind: 'etcd', endpoints: endpoints.map((endpoint) => `${scheme}://${endpoint}`), prefix, ...credentials, ...(tls && { tls: access.tls }) };
    }
  }
}

export const tlsOf = ({ stateCa, stateCert, stateKey }: { readonly stateCa: string | null; readonly stateCert: string | null; readonly stateKey: string | null }): TlsFiles => ({
  ...(stateCa !== null && { ca: stateCa }),
  ...(stateCert !== null && { cert: stateCert }),
  ...(stateKey !== null && { key: stateKey }),
});
