import type { InstanceFacts, ReplicasetFacts } from '~/core/view/facts.ts';
import { quoted } from '~/core/view/words.ts';
import { serves, type InstanceRow } from './row.ts';

/** Where masters are appointed: does everybody else follow the one that leads? */

const words = { fenced: 'it led before, and is kept from writing until it follows', waiting: 'it knows of nobody to follow', candidate: 'it takes itself for the one that is appointed', master: 'it takes itself for the master', follower: 'it follows the master of an earlier epoch' } as const;

/** Somebody leads and writes; who should follow and does not, by the word of its agent. */
function astray(instance: InstanceFacts, replicaset: ReplicasetFacts | undefined): { readonly leader: InstanceFacts; readonly epoch: number; readonly why: string } | null {
  if (!replicaset?.appointed || !serves(instance) || instance.contact !== 'fresh' || instance.state !== 'ready') return null;
  const { record, wanted: leader } = replicaset;
  // Without a master that writes, nobody can follow: the replicaset has an issue of its own.
  if (record === null || !leader || leader === instance || leader.readOnly !== false) return null;
  const { member } = instance;
  if (member === null) return { leader, epoch: record.epoch, why: 'its agent says nothing of failover' };
  if (member.standing === 'follower' && member.epoch === record.epoch) return null;
  return { leader, epoch: record.epoch, why: quoted(member.obstacle, member.epoch < record.epoch && member.epoch > 0 ? `it has heard of epoch ${member.epoch} last` : words[member.standing]) };
}

export const followerRows: readonly InstanceRow[] = [
  {
    code: 'not-following', about: 'instance', severity: 'warning', badge: 'follows nobody', graceMs: 5000,
    means: 'The master of a replicaset is appointed and writes, and an instance has not followed it for 5 s: fenced, waiting, or left behind in an older epoch.',
    todo: 'The reason says what it waits for: the state provider out of reach, its database sick, rows of its own.',
    find: (instance, { facts, since }) => {
      const replicaset = facts.replicasets.get(instance.replicaset?.uuid ?? '');
      const found = astray(instance, replicaset);
      if (found === null || instance.member?.diverged) return null;
      return {
        sentence: `${instance.alias} has not followed ${found.leader.alias}, the master of epoch ${found.epoch}, since ${since()}: ${found.why}.`,
        wayOut: `Mend what the reason names: its agent has to reach the state provider and ${found.leader.uri}. The log says more: \`coterie instance logs ${instance.alias}\`.`,
      };
    },
  },
  {
    code: 'diverged', about: 'instance', severity: 'critical', badge: 'diverged', graceMs: 5000,
    means: 'An instance has rows that the appointed master never had: it neither writes nor follows.',
    todo: 'Its agent puts these rows into lost and found and copies the data anew. Where it does not, the log says why; rebuild it then.',
    find: (instance, { since }) => {
      const { alias, member } = instance;
      if (!serves(instance) || member === null || member.diverged === null) return null;
      return {
        sentence: `${alias} has had rows of its own since ${since()}, and neither writes nor follows: ${quoted(member.diverged, '')}.`,
        wayOut: `Its agent saves these rows and copies the data anew from the master; if that does not go on, see \`coterie instance logs ${alias}\` and rebuild it: its files are moved aside, not deleted.`,
        repair: { operation: 'instance.rebuild', label: `Rebuild ${alias}`, input: { instance: instance.uuid } },
      };
    },
  },
];
