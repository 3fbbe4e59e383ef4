import { hkdfSync } from 'node:crypto';

/**
 * Everything secret among the members of a cluster is derived from its one cluster secret, a purpose each
 * (HKDF-SHA256, RFC 5869), so that one leaked key opens nothing else and no second secret has to be kept.
 */
export type ClusterKeys = {
  /** HMAC key of the tokens on agent calls, 32 bytes. */
  readonly token: Uint8Array;
  /** First AES-256-GCM key of the gossip key ring, 32 bytes. */
  readonly gossip: Uint8Array;
  /** AES-256-GCM key of a gossip key ring on its way to an agent, 32 bytes. */
  readonly ringInTransit: Uint8Array;
  /** AES-256-GCM key of the users of storages on their way to routers, 32 bytes. */
  readonly usersInTransit: Uint8Array;
  /** Password of the Tarantool user `coterie_replication`, hex. */
  readonly replicationPassword: string;
  /** Password of the Tarantool user `stateboard`, hex. */
  readonly stateboardPassword: string;
  /** What the cluster's place in the state provider is claimed for: another cluster's is another one. */
  readonly stateIdentity: string;
  /** AES-256-GCM key of the passwords of database users in the configuration, 32 bytes. */
  readonly databasePasswords: Uint8Array;
  /** AES-256-GCM key of what alert channels keep secret in the database, 32 bytes. */
  readonly alerts: Uint8Array;
};

export const secretBytesMin = 16;

export function keysOf(secret: string, clusterName: string): ClusterKeys {
  if (Buffer.byteLength(secret) < secretBytesMin) throw new Error(`the cluster secret is shorter than ${secretBytesMin} bytes`);
  const derive = (purpose: string) => new Uint8Array(hkdfSync('sha256', secret, `coterie/${clusterName}`, purpose, 32));
  return { token: derive('link token'), gossip: derive('gossip key'), ringInTransit: derive('gossip key ring in transit'), usersInTransit: derive('users in transit'), replicationPassword: hex(derive('replication user')), stateboardPassword: hex(derive('stateboard user')), stateIdentity: hex(derive('state identity')).slice(0, 32), databasePasswords: derive('passwords of database users'), alerts: derive('alert channels') };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
