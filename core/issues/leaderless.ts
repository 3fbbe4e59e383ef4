import { withNames } from '~/core/incidents/detail.ts';
import type { Facts, InstanceFacts, ReplicasetFacts } from '~/core/view/facts.ts';
import { quoted } from '~/core/view/words.ts';
import { serves } from './row.ts';

/** Why nobody leads a replicaset whose master is appointed, and who has to do what: in the order in which one has to mend it. */
export function leaderless(replicaset: ReplicasetFacts, facts: Facts): { readonly why: string; readonly wayOut: string } {
  const { config, members } = replicaset;
  const { alias } = config;
  const said = facts.coordinator?.replicasets.find((one) => one.replicaset === replicaset.uuid) ?? null;
  const master = masterWords(replicaset);
  if (facts.mostLost) return { why: master, wayOut: 'More than half of the cluster does not answer: check the network of this server first.' };
  if (!members.some((member) => member.config?.disabled === false && member.config.electable)) return { why: 'none of its instances is both enabled and electable', wayOut: 'Enable an instance, or make one electable.' };
  const provider = providerWords(replicaset);
  if (provider !== null) return { why: `${master}; ${provider}`, wayOut: 'Bring the state provider back: until then nobody can be appointed.' };
  if (!hasCoordinator(facts)) return { why: `${master}; no failover coordinator is at work`, wayOut: 'Start an agent with role failover-coordinator, or bring one back: it appoints a master.' };
  if (facts.coordinator?.pause) return { why: `${master}; failover is paused by ${facts.coordinator.pause.by} (${quoted(facts.coordinator.pause.reason, 'no reason')})`, wayOut: 'End the pause (`coterie failover resume`), or make one the master by hand (`coterie failover promote`).' };
  if (said?.manual) return { why: `${master}; failover of ${alias} waits for somebody: ${quoted(said.manual, '')}`, wayOut: `Find out why masters were lost so often, then \`coterie failover acknowledge ${alias}\`.` };
  if (facts.config?.config.failover.mode === 'manual') return { why: `${master}; in failover mode manual nobody else is appointed by itself`, wayOut: `Make another one the master: \`coterie failover promote INSTANCE\`.` };
  const held = said?.blocked ?? said?.working ?? null;
  // Machines write uuids.
  const names = { replicaset: { uuid: replicaset.uuid, alias }, instance: (uuid: string) => ({ uuid, alias: facts.instances.get(uuid)?.alias ?? uuid.slice(0, 8) }) };
  if (held !== null) return { why: `${master}; the coordinator says: ${quoted(withNames(held, names), '')}`, wayOut: `Bring back what the coordinator waits for. If that is gone for good: \`coterie failover promote INSTANCE --force\`, which loses rows that nobody else has.` };
  return { why: master, wayOut: `The coordinator appoints another one as soon as it may; \`coterie failover candidates ${alias}\` says who can lead and who cannot.` };
}

function masterWords({ wanted, record, members }: ReplicasetFacts): string {
  if (wanted === null) return record === null ? 'no instance says that anybody was ever appointed' : 'nobody is appointed';
  const { alias, contact, state, status, member } = wanted;
  const epoch = `the master of epoch ${record?.epoch ?? 0}`;
  if (contact === 'lost') return `${alias}, ${epoch}, does not answer`;
  if (wanted.config?.disabled) return `${alias}, ${epoch}, is disabled`;
  if (status === null) return `${alias}, ${epoch}, has not reported yet`;
  if (state !== 'ready') return `${alias}, ${epoch}, is ${state}${status.reason === null ? '' : ` (${quoted(status.reason, '')})`}`;
  if (member?.obstacle) return `${alias}, ${epoch}, is kept from writing: ${quoted(member.obstacle, '')}`;
  if (member?.standing === 'candidate') return `${alias} is appointed for epoch ${record?.epoch ?? 0}, and is not there yet`;
  return members.length > 1 ? `${alias}, ${epoch}, has lost its lease` : `${alias} has lost its lease`;
}

/** The provider is out of reach for every member that says how it is. */
function providerWords({ members }: ReplicasetFacts): string | null {
  const words = members.flatMap(({ contact, status }) => (contact === 'fresh' && status?.failover?.provider ? [status.failover.provider] : []));
  const [first] = words;
  return first && words.every(({ error }) => error !== null) ? `the state provider (${first.place}) does not answer: ${quoted(first.error, '')}` : null;
}

const hasCoordinator = ({ instances }: Facts): boolean => [...instances.values()].some((instance: InstanceFacts) => serves(instance) && instance.contact !== 'lost' && instance.status?.failover?.coordinator?.active === true);
