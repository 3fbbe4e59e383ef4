import { clusterRows } from './cluster-rows.ts';
import { configRows } from './config-rows.ts';
import { failoverRows } from './failover-rows.ts';
import { followerRows } from './follower-rows.ts';
import { instanceRows } from './instance-rows.ts';
import { leadingRows } from './leading-rows.ts';
import { lostRowsRows } from './lost-rows.ts';
import { migrationRows } from './migration-rows.ts';
import { providerRows } from './provider-rows.ts';
import { replicasetRows } from './replicaset-rows.ts';
import { replicationRows } from './replication-rows.ts';
import { resourceRows } from './resource-rows.ts';
import { strangerRows } from './stranger-rows.ts';
import { roleRows } from './role-rows.ts';
import { routerRows } from './router-rows.ts';
import { shardingRows } from './sharding-rows.ts';
import type { Row } from './row.ts';

/** Everything that can be wrong. Dashboard, CLI, alerts and docs/issues.md read these same rows. */
export const catalogue: readonly Row[] = [...instanceRows, ...replicationRows, ...leadingRows, ...followerRows, ...lostRowsRows, ...configRows, ...resourceRows, ...strangerRows, ...replicasetRows, ...failoverRows, ...providerRows, ...shardingRows, ...routerRows, ...roleRows, ...migrationRows, ...clusterRows];

export const badges: ReadonlyMap<string, string> = new Map(catalogue.map(({ code, badge }) => [code, badge]));
