import type { Contract } from '~/contract/index.ts';
import { alertHandlers } from './alert.ts';
import { applyRunHandlers } from './apply-run.ts';
import { auditHandlers } from './audit.ts';
import { clusterHandlers } from './cluster.ts';
import { codeHandlers } from './code.ts';
import { configHandlers } from './config.ts';
import { consoleHandlers } from './console.ts';
import type { HandlersOf } from './context.ts';
import { dataHandlers } from './data.ts';
import { databaseRoleHandlers, databaseUserHandlers } from './database-user.ts';
import { failoverHandlers } from './failover.ts';
import { functionHandlers } from './function.ts';
import { gossipHandlers } from './gossip.ts';
import { issueHandlers } from './issue.ts';
import { instanceHandlers } from './instance.ts';
import { migrationHandlers } from './migration.ts';
import { replicasetHandlers } from './replicaset.ts';
import { retentionHandlers } from './retention.ts';
import { roleHandlers } from './role.ts';
import { routerHandlers } from './router.ts';
import { ruleHandlers } from './rule.ts';
import { schemaHandlers } from './schema.ts';
import { sessionHandlers } from './session.ts';
import { shardingHandlers } from './sharding.ts';
import { tokenHandlers } from './token.ts';
import { topologyHandlers } from './topology.ts';
import { userHandlers } from './user.ts';

/** What answers each operation of the contract. */
export const handlers: HandlersOf<Contract> = {
  cluster: clusterHandlers,
  issue: issueHandlers,
  rule: ruleHandlers,
  instance: instanceHandlers,
  replicaset: replicasetHandlers,
  failover: failoverHandlers,
  sharding: shardingHandlers,
  router: routerHandlers,
  topology: topologyHandlers,
  role: roleHandlers,
  code: codeHandlers,
  schema: schemaHandlers,
  function: functionHandlers,
  migration: migrationHandlers,
  config: configHandlers,
  applyRun: applyRunHandlers,
  databaseUser: databaseUserHandlers,
  databaseRole: databaseRoleHandlers,
  user: userHandlers,
  token: tokenHandlers,
  session: sessionHandlers,
  audit: auditHandlers,
  gossip: gossipHandlers,
  alert: alertHandlers,
  retention: retentionHandlers,
  data: dataHandlers,
  console: consoleHandlers,
};
