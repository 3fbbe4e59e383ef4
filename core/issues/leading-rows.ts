import { quoted } from '~/core/view/words.ts';
import { serves, type InstanceRow } from './row.ts';

/** Where masters are appointed: does the one that leads do its work, and do its acknowledgements last? */
export const leadingRows: readonly InstanceRow[] = [
  {
    code: 'master-hindered', about: 'instance', severity: 'critical', badge: 'hindered', graceMs: 1500,
    means: 'The appointed master says what keeps it from its work: too few voters hear it, so that it lets no write through (`minReplicas`), or its disk is full or hangs, or its fibers come late.',
    todo: 'Bring back the replicas that are missing, or take fewer for `minReplicas`. A sick master loses its lease, and another one is appointed if one can be.',
    find: (instance, { since }) => {
      const { alias, member, replicaset } = instance;
      if (!serves(instance) || instance.contact !== 'fresh' || member?.standing !== 'master' || member.obstacle === null) return null;
      return {
        sentence: `${alias}, the master of ${replicaset?.alias ?? 'its replicaset'}, has been hindered since ${since()}: ${quoted(member.obstacle, '')}.`,
        wayOut: `Mend what the reason names; \`coterie instance logs ${alias}\` says since when. Another one can be made the master: \`coterie failover switch ${replicaset?.alias ?? 'REPLICASET'}\`.`,
      };
    },
  },
  {
    code: 'synchro-unsound', about: 'instance', severity: 'warning', badge: 'writes at risk', graceMs: 0,
    means: 'An instance has synchronous spaces, and its version of Tarantool with its quorum loses writes to them: they fail and are carried out, or are acknowledged and lost. 2.6.0 does so unless the quorum is all replicas.',
    todo: 'Make `replication_synchro_quorum` the number of replicas; or write to plain spaces through `coterie.quorum_call`.',
    find: (instance) => {
      const { alias, member } = instance;
      if (!serves(instance) || member === null || member.synchro === null) return null;
      return {
        sentence: `${alias} may lose writes to synchronous spaces: ${quoted(member.synchro, '')}.`,
        wayOut: 'Set `replication_synchro_quorum` to the number of replicas on each of them, or make the spaces plain ones and write by `coterie.quorum_call`, which waits for the copies that failover names.',
      };
    },
  },
];
