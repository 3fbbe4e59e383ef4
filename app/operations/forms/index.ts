import type { ComponentType } from 'react';
import type { MutationName } from '~/app/lib/operation-types.ts';
import type { FormProps } from './form.ts';
import { AddChannel, EditChannel } from './alert-channel.tsx';
import { SilenceAlerts } from './alert-silence.tsx';
import { CallFunction } from './call-function.tsx';
import { ChangePassword } from './change-password.tsx';
import { TopologyChange } from './cluster-file.tsx';
import { CreateReplicaset } from './create-replicaset.tsx';
import { CreateToken } from './create-token.tsx';
import { CreateUser } from './create-user.tsx';
import { DeleteRow, InsertRow, UpdateRow } from './data-row.tsx';
import { SetDatabaseRole, SetDatabaseUser } from './database-user.tsx';
import { EditInstance } from './edit-instance.tsx';
import { EditReplicaset } from './edit-replicaset.tsx';
import { EditRetention } from './edit-retention.tsx';
import { EditUser } from './edit-user.tsx';
import { Evacuate } from './failover-evacuate.tsx';
import { PauseFailover, StealCoordinator } from './failover-pause.tsx';
import { ConfigureFailover } from './failover-settings.tsx';
import { PromoteInstance, SwitchMaster } from './failover-switch.tsx';
import { ChooseBuckets, ConfigureSharding, MoveBuckets, PauseSharding } from './sharding.tsx';
import { BootstrapSharding } from './sharding-bootstrap.tsx';
import { WeighStorages } from './sharding-weights.tsx';
import { JoinInstance } from './join-instance.tsx';
import { RunMigrations, TakeMigrationsBack } from './migration.tsx';
import { AcknowledgeIssue, MuteIssue } from './mark-issue.tsx';
import { Probe } from './probe.tsx';
import { ReplayLostRows } from './replay-lost-rows.tsx';
import { ConfigureRouters } from './router.tsx';
import { AddRule, EditRule } from './rule.tsx';

/** The operations whose dialog has fields. The others need no more than their subject. */
export const forms: Partial<Record<MutationName, ComponentType<FormProps>>> = {
  'replicaset.create': CreateReplicaset,
  'replicaset.edit': EditReplicaset,
  'instance.join': JoinInstance,
  'instance.edit': EditInstance,
  'instance.probe': Probe,
  'topology.apply': TopologyChange,
  'user.create': CreateUser,
  'user.edit': EditUser,
  'databaseUser.set': SetDatabaseUser,
  'databaseRole.set': SetDatabaseRole,
  'token.create': CreateToken,
  'session.changePassword': ChangePassword,
  'function.call': CallFunction,
  'migration.run': RunMigrations,
  'migration.resume': RunMigrations,
  'migration.down': TakeMigrationsBack,
  'alert.addChannel': AddChannel,
  'alert.editChannel': EditChannel,
  'alert.silence': SilenceAlerts,
  'retention.edit': EditRetention,
  'rule.add': AddRule,
  'rule.edit': EditRule,
  'failover.configure': ConfigureFailover,
  'failover.switch': SwitchMaster,
  'failover.promote': PromoteInstance,
  'failover.pause': PauseFailover,
  'failover.evacuate': Evacuate,
  'failover.steal': StealCoordinator,
  'failover.replayLostRows': ReplayLostRows,
  'router.configure': ConfigureRouters,
  'sharding.bootstrap': BootstrapSharding,
  'sharding.weigh': WeighStorages,
  'sharding.configure': ConfigureSharding,
  'sharding.pause': PauseSharding,
  'sharding.move': MoveBuckets,
  'sharding.pin': ChooseBuckets,
  'sharding.unpin': ChooseBuckets,
  'issue.acknowledge': AcknowledgeIssue,
  'issue.mute': MuteIssue,
  'data.insert': InsertRow,
  'data.update': UpdateRow,
  'data.delete': DeleteRow,
};
