import type { InstanceFacts, ReplicasetFacts } from '~/core/view/facts.ts';
import { list, quoted } from '~/core/view/words.ts';
import { leaderless } from './leaderless.ts';
import { serves, type Found, type ReplicasetRow } from './row.ts';

/** Who leads? One writable instance: the one that the configuration names or, where masters are appointed, the record. */

export const replicasetRows: readonly ReplicasetRow[] = [
  {
    code: 'two-masters', about: 'replicaset', severity: 'critical', badge: 'two masters', graceMs: 1500,
    means: 'More than one instance of a replicaset is writable by its own word.',
    todo: 'Stop all but the right one, before their data diverges further.',
    find: ({ config, masters, wanted, appointed, record }, { since }) => {
      if (config.allRw || masters.length < 2) return null;
      const wrong = masters.filter((master) => master !== wanted);
      const stop = wrong[0]!;
      return {
        sentence: `${config.alias} has ${masters.length} masters since ${since()}: ${list(masters.map(({ alias, member }) => (member ? `${alias} (epoch ${member.epoch})` : alias)))} are all writable, ${appointed ? 'though only one can hold the lease: what the others take will be in lost and found' : 'and their data diverges with every write'}.`,
        wayOut: `${wanted && masters.includes(wanted) ? `${wanted.alias} is the ${record ? `one of epoch ${record.epoch}` : 'right one'}. ` : ''}Stop ${list(wrong.map(({ alias }) => alias))}; then find out what was written there.`,
        repair: { operation: 'instance.stop', label: `Stop ${stop.alias}`, input: { instance: stop.alias } },
      };
    },
  },
  {
    code: 'no-master', about: 'replicaset', severity: 'critical', badge: 'no master', graceMs: 3000,
    means: 'No instance of a replicaset with data is writable: every write fails. Where masters are appointed, the issue has the reason of the coordinator, or says that there is none.',
    todo: 'Bring the wanted master back, or disable it, so that the next one takes over. Where masters are appointed that happens by itself, unless the reason says what is missing.',
    find: (replicaset, { since, facts }) => {
      const { config, data, masters, members, wanted } = replicaset;
      if (!data || masters.length > 0 || members.length === 0) return null;
      if (facts.starting && members.some(({ contact }) => contact === 'unknown')) return null;
      const head = `${config.alias} has no master since ${since()}, so every write fails`;
      if (replicaset.appointed) {
        const { why, ...way } = leaderless(replicaset, facts);
        return { sentence: `${head}: ${why}.`, ...way };
      }
      if (wanted === null) return { sentence: `${head}: none of its instances is both enabled and electable.`, wayOut: 'Enable an instance, or make one electable.' };
      return { sentence: `${head}: ${whyNot(wanted)}.`, ...wayTo(replicaset, wanted, facts.mostLost) };
    },
  },
  {
    code: 'wrong-master', about: 'replicaset', severity: 'warning', badge: 'wrong master', graceMs: 5000,
    means: 'The writable instance is not the one that the configuration wants. Critical where masters are appointed: somebody writes without a lease.',
    todo: 'The wanted one says what it waits for: often a peer that must be reached, or disabled.',
    find: ({ config, data, masters, wanted, appointed, record }, { since }) => {
      const [master] = masters;
      if (!data || config.allRw || masters.length !== 1 || !master || wanted === null || master === wanted) return null;
      if (appointed) {
        return {
          severity: 'critical',
          sentence: `${master.alias} is writable since ${since()}, though ${wanted.alias} is appointed the master of ${config.alias} for epoch ${record?.epoch ?? 0}.`,
          wayOut: `Stop ${master.alias}: its agent has to make it read-only, and has not. Rows that it takes now are not on ${wanted.alias}.`,
          repair: { operation: 'instance.stop', label: `Stop ${master.alias}`, input: { instance: master.alias } },
        };
      }
      return { sentence: `${config.alias} is led by ${master.alias} since ${since()}, though ${wanted.alias} should lead: ${whyNot(wanted)}.`, wayOut: `Mend what keeps ${wanted.alias} from it, or put ${master.alias} first in the priority of ${config.alias}.` };
    },
  },
];

function whyNot({ alias, contact, state, status }: InstanceFacts): string {
  if (contact === 'lost') return `${alias} should lead, but does not answer`;
  if (status === null) return `${alias} should lead, but has not reported yet`;
  if (state !== 'ready') return `${alias} should lead, but is ${state}${status.reason === null ? '' : ` (${quoted(status.reason, '')})`}`;
  return `${alias} should lead, but stays read-only: ${quoted(status.reason, 'it does not say why')}`;
}

function wayTo({ config, members }: ReplicasetFacts, wanted: InstanceFacts, mostLost: boolean): Pick<Found, 'wayOut' | 'repair'> {
  if (mostLost) return { wayOut: 'More than half of the cluster does not answer: check the network of this server first.' };
  const next = members.find((member) => member !== wanted && member.config?.electable && serves(member) && member.state === 'ready');
  if (wanted.contact === 'lost' && next) {
    return {
      wayOut: `Bring ${wanted.alias} back. If it is certainly dead, disable it: ${next.alias} takes over (what it had not received is missing).`,
      repair: { operation: 'instance.disable', label: `Disable ${wanted.alias}, ${next.alias} takes over`, input: { instance: wanted.alias } },
    };
  }
  if (wanted.contact === 'lost') return { wayOut: `Bring ${wanted.alias} back: no other instance of ${config.alias} can take over now.` };
  if (wanted.state === 'stopped') return { wayOut: `Start ${wanted.alias}.`, repair: { operation: 'instance.start', label: `Start ${wanted.alias}`, input: { instance: wanted.alias } } };
  return { wayOut: `Mend what the reason names${next ? `, or put ${next.alias} first in the priority of ${config.alias}` : ''}. A peer that is gone for good must be disabled or expelled before ${wanted.alias} may lead.` };
}
