import type { ReplicationLink } from '~/contract/shapes/status.ts';
import type { Facts, InstanceFacts, ReplicasetFacts } from '~/core/view/facts.ts';
import { list, quoted } from '~/core/view/words.ts';
import { serves, type InstanceRow } from './row.ts';

/** What each instance pulls from its peers. Links to peers that are down are a consequence, not an issue of their own. */

const lagWarningSeconds = 10;

type Pull = { readonly peer: InstanceFacts; readonly link: ReplicationLink | null };

/** Every peer that is up and should be pulled from, with its link, if there is one: all others, or the master alone where it is appointed. */
function pulls(instance: InstanceFacts, { replicasets }: Facts): Pull[] {
  const database = instance.status?.database;
  if (!serves(instance) || instance.state !== 'ready' || !database) return [];
  const replicaset = replicasets.get(instance.replicaset?.uuid ?? '');
  if (!replicaset?.data) return [];
  return sourcesOf(instance, replicaset)
    .filter((peer) => peer !== instance && serves(peer) && peer.state === 'ready' && peer.contact === 'fresh' && peer.status?.database)
    .map((peer) => ({ peer, link: database.replication.find(({ uuid }) => uuid === peer.uuid) ?? null }));
}

/** Who does not follow the master of the newest epoch by its own word has an issue of its own. */
function sourcesOf({ member }: InstanceFacts, { appointed, members, record, wanted }: ReplicasetFacts): readonly InstanceFacts[] {
  if (!appointed) return members;
  return wanted !== null && member?.standing === 'follower' && member.epoch === record?.epoch ? [wanted] : [];
}

function repairOf(instance: InstanceFacts) {
  const alias = instance.replicaset!.alias;
  return { operation: 'replicaset.restartReplication', label: `Restart replication in ${alias}`, input: { replicaset: alias } };
}

const working = new Set(['follow', 'sync', 'auth', 'connect', 'connecting', 'connected', 'ready', 'running', 'initial_join', 'final_join', 'join', 'fetch_snapshot', 'wait_snapshot', 'fetched_snapshot', 'register']);

export const replicationRows: readonly InstanceRow[] = [
  {
    code: 'replication-stopped', about: 'instance', severity: 'critical', badge: 'replication stopped', graceMs: 0,
    means: 'Tarantool has stopped pulling from a peer after an error (a conflict, a missing log): it does not retry.',
    todo: 'Read the message. Restart replication once its cause is gone; where data has diverged, rebuild the worse copy.',
    find: (instance, { facts, since }) => {
      const stopped = pulls(instance, facts).filter(({ link }) => link?.upstream?.status === 'stopped');
      if (stopped.length === 0) return null;
      const messages = stopped.map(({ peer, link }) => `${peer.alias} ("${quoted(link?.upstream?.message ?? null, 'no message')}")`);
      const rows = stopped.some(({ link }) => /missing \.xlog/i.test(link?.upstream?.message ?? ''));
      if (rows && !instance.wantedMaster) {
        return {
          sentence: `${instance.alias} has stopped replicating at ${since()} from ${list(messages)}: rows that it lacks are on no disk any more.`,
          wayOut: `Rebuild ${instance.alias}: its old files are moved aside, and it copies its peers. No restart of replication brings these rows back.`,
          repair: { operation: 'instance.rebuild', label: `Rebuild ${instance.alias}`, input: { instance: instance.uuid } },
        };
      }
      return {
        sentence: `${instance.alias} has stopped replicating at ${since()} from ${list(messages)}. It does not retry, and falls behind.`,
        wayOut: `Mend what the message names, then restart replication in ${instance.replicaset!.alias}. If the data of ${instance.alias} has diverged, rebuild it: \`coterie instance rebuild ${instance.alias}\`.`,
        repair: repairOf(instance),
      };
    },
  },
  {
    code: 'replication-broken', about: 'instance', severity: 'critical', badge: 'replication broken', graceMs: 3000,
    means: 'An instance does not pull from a peer that is up: the link is down or was never made.',
    todo: 'Check the network between the two hosts; restart replication.',
    find: (instance, { facts, since }) => {
      const broken = pulls(instance, facts).filter(({ link }) => !link?.upstream || (!working.has(link.upstream.status) && link.upstream.status !== 'stopped'));
      if (broken.length === 0) return null;
      const reasons = broken.map(({ peer, link }) => (link?.upstream ? `${peer.alias} (${quoted(link.upstream.message, link.upstream.status)})` : `${peer.alias} (no link)`));
      return {
        sentence: `${instance.alias} has not replicated since ${since()} from ${list(reasons)}, although both are up.`,
        wayOut: `Check that ${instance.alias} reaches ${list(broken.map(({ peer }) => peer.uri))}; then restart replication in ${instance.replicaset!.alias}.`,
        repair: repairOf(instance),
      };
    },
  },
  {
    code: 'replication-lagging', about: 'instance', severity: 'warning', badge: 'lagging', graceMs: 3000,
    means: `An instance is more than ${lagWarningSeconds} s behind a peer.`,
    todo: 'Look for a long transaction, a slow disk or a slow network.',
    find: (instance, { facts, since }) => {
      const behind = pulls(instance, facts).flatMap(({ peer, link }) => {
        const lag = link?.upstream?.status === 'follow' ? link.upstream.lagSeconds : null;
        return lag !== null && lag > lagWarningSeconds ? [{ peer, lag }] : [];
      });
      const worst = behind.toSorted((a, b) => b.lag - a.lag)[0];
      if (!worst) return null;
      return {
        sentence: `${instance.alias} has been more than ${lagWarningSeconds} s behind ${list(behind.map(({ peer }) => peer.alias))} since ${since()}.`,
        wayOut: `Look for a long transaction on ${worst.peer.alias}, or a slow disk or network at ${instance.alias}; it catches up by itself when the load falls.`,
      };
    },
  },
];
