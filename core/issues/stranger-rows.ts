import type { ReplicationLink } from '~/contract/shapes/status.ts';
import type { Facts, InstanceFacts, ReplicasetFacts } from '~/core/view/facts.ts';
import { list } from '~/core/view/words.ts';
import { serves, type Found, type InstanceRow, type ReplicasetRow } from './row.ts';

/** Who is there and should not be: another uuid at a known address, and members of a replicaset's `_cluster` that the configuration does not have. */

export const strangerRows: readonly (InstanceRow | ReplicasetRow)[] = [
  {
    code: 'alien-uuid', about: 'instance', severity: 'critical', badge: 'other uuid', graceMs: 3000,
    means: 'At the address of an instance answers an agent with another uuid: its data directory was lost, or it was started on another one.',
    todo: 'Start the agent with the right data directory. If the data is lost, expel the old one and join the new one in its place: it copies the data from its peers.',
    find: (instance, { facts, since }) => {
      const { alias, uuid, config } = instance;
      if (config === null || instance.contact === 'fresh') return null;
      const stranger = facts.strangers.find((one) => one.uri === config.uri);
      if (!stranger) return null;
      const place = instance.replicaset?.alias;
      const members = facts.replicasets.get(instance.replicaset?.uuid ?? '')?.members ?? [];
      const copies = members.some((one) => one !== instance && serves(one) && one.state === 'ready');
      return {
        sentence: `At ${config.uri}, the address of ${alias}, an agent answers since ${since()} that is not ${alias}: its uuid is ${stranger.uuid}, not ${uuid}.`,
        wayOut: `If the data of ${alias} still exists, stop that agent and start it with ${alias}'s data directory.${copies ? ` If it is lost, put the new one in its place: it copies the data from the others in ${place}.` : ` No other instance of ${place} has a copy: do not expel ${alias} before its data is given up.`}`,
        ...(copies && place !== undefined
          ? { repair: { operation: 'topology.apply', label: `Put the new agent in the place of ${alias}`, input: { edits: [{ kind: 'expelInstance', instance: uuid }, { kind: 'joinInstance', instance: stranger.uuid, replicaset: place }] } } }
          : {}),
      };
    },
  },
  {
    code: 'alien-replica', about: 'replicaset', severity: 'warning', badge: 'unknown member', graceMs: 5000,
    means: 'The list of members in the data of a replicaset (`_cluster`) has one that the configuration does not know. Critical while it is connected: a stranger copies the data.',
    todo: 'Find out who it is. If nobody needs it, take it off the list on the master: there is room for 31.',
    find: (replicaset, { facts }) => told(replicaset, { facts, rows: rowsOf(replicaset).filter(({ uuid }) => !isKnown(facts, uuid)), what: 'that the configuration does not know' }),
  },
  {
    code: 'expelled-left', about: 'replicaset', severity: 'warning', badge: 'expelled one left', graceMs: 10_000,
    means: 'An expelled instance still has its place in the list of members (`_cluster`) of its replicaset. Critical while it is connected.',
    todo: 'The master takes it off by itself; where it has not, take it off there.',
    find: (replicaset, { facts }) => told(replicaset, { facts, rows: rowsOf(replicaset).filter(({ uuid }) => facts.config !== null && uuid in facts.config.config.expelled), what: 'that were expelled' }),
  },
];

const isKnown = ({ config }: Facts, uuid: string) => config !== null && (uuid in config.config.instances || uuid in config.config.expelled);

type Row = Pick<ReplicationLink, 'id' | 'uuid'> & { readonly connected: boolean };

/** All that any member of it has on its list, each once; connected where anybody serves it. */
function rowsOf({ members }: ReplicasetFacts): Row[] {
  const rows = new Map<string, Row>();
  for (const member of members.filter((one) => one.contact === 'fresh')) {
    for (const { id, uuid, upstream, downstream } of member.status?.database?.replication ?? []) {
      const connected = downstream?.status === 'follow' || upstream?.status === 'follow' || (rows.get(uuid)?.connected ?? false);
      rows.set(uuid, { id, uuid, connected });
    }
  }
  return [...rows.values()];
}

function told({ config, masters }: ReplicasetFacts, { facts, rows, what }: { facts: Facts; rows: readonly Row[]; what: string }): Found | null {
  if (rows.length === 0) return null;
  const name = (uuid: string) => facts.config?.config.expelled[uuid]?.alias ?? uuid;
  const connected = rows.filter((row) => row.connected);
  const [master]: readonly (InstanceFacts | undefined)[] = masters;
  const idle = rows.filter((row) => !row.connected && row.id > 0);
  const sentence = `${config.alias} lists ${rows.length === 1 ? 'a member' : `${rows.length} members`} ${rows.length === 1 ? what.replace('were', 'was') : what}: ${list(rows.map(({ uuid }) => name(uuid)))}.`;
  if (connected.length > 0) {
    return { severity: 'critical', sentence: `${sentence} ${list(connected.map(({ uuid }) => name(uuid)))} ${connected.length === 1 ? 'is' : 'are'} connected, and copies its data.`, wayOut: 'Stop that Tarantool by hand, and change the cluster secret if you do not know whose it is.' };
  }
  if (!master || idle.length === 0) return { sentence, wayOut: `Only the master can take it off the list, and ${config.alias} has none now.` };
  const code = idle.map(({ id }) => `box.space._cluster:delete(${id})`).join(' ');
  return { sentence, wayOut: `Take it off on the master: \`coterie instance eval ${master.alias} '${code}'\`.`, repair: { operation: 'instance.eval', label: `Take it off on ${master.alias}`, input: { instance: master.alias, code } } };
}
