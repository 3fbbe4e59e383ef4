import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';

/** Gossip of a made-up cluster: everybody sees what the overview says, but every seventh observer has doubts of its own. */

type Name = 'gossip.members' | 'gossip.views' | 'gossip.stats' | 'gossip.keyring';

const server = 'server-1a2b3c4d';
const rowOf = ({ uuid, alias, gossip }: InstanceView, index: number) => ({ uuid, name: alias, kind: 'agent', address: `10.0.0.${(index % 250) + 1}:7301`, state: gossip, incarnation: String(index % 4), rttMs: gossip === 'alive' ? 0.3 + (index % 9) / 3 : null });
const serverRow = { uuid: server, name: server, kind: 'server', address: '10.0.0.251:7300', state: 'alive', incarnation: '1', rttMs: 0.4 };

export function gossipAnswer(name: Name, input: Record<string, unknown>, { instances, serverTime }: ClusterOverview): unknown {
  const rows = instances.map(rowOf);
  switch (name) {
    case 'gossip.members':
      return rows.map((row) => ({ ...row, generation: '1', configVersion: 4, since: serverTime - 7_200_000 }));
    case 'gossip.views': {
      const offset = Number(input.offset ?? 0);
      const asked = instances.slice(offset, offset + Number(input.limit ?? 30));
      const observers = asked.map(({ uuid, alias, gossip }, index) => {
        const heard = gossip === 'alive';
        const others = rows.filter((row) => row.uuid !== uuid).map((row, at) => (index % 7 === 3 && at % 11 === 0 ? { ...row, state: 'suspected' } : row));
        return { uuid, name: alias, kind: 'agent', heard, sentence: heard ? null : `${alias} did not answer gossip within 2000 ms.`, members: heard ? [serverRow, ...others] : [] };
      });
      return { of: instances.length, address: serverRow.address, observers: [{ uuid: server, name: server, kind: 'server', heard: true, sentence: null, members: rows }, ...observers] };
    }
    case 'gossip.stats':
      return { members: rows.length, groupSize: rows.length + 1, health: 0, probes: 81_203, probesSaved: 30_012, probesFailed: 14, falseSuspicions: 2, refutations: 0, bytesIn: 80_213_111 };
    case 'gossip.keyring':
      return [
        { id: '97aa01b4', primary: true, members: rows.length + 1, of: rows.length + 1, missing: [] },
        { id: 'c81d0f22', primary: false, members: rows.length + 1 - Math.min(2, rows.length), of: rows.length + 1, missing: instances.slice(0, 2).map(({ alias }) => alias) },
      ];
  }
}
