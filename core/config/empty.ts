import type { ClusterConfig } from '~/contract/shapes/config.ts';

/** What a cluster is before its first version. It is never committed itself. */
export const emptyConfig = (name: string): ClusterConfig => ({
  format: 1,
  name,
  replicasets: {},
  instances: {},
  expelled: {},
  failover: { mode: 'disabled' },
  sections: {},
});
