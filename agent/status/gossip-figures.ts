import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { Gossip } from '~/agent/gossip.ts';

/** Gossip's figures for the status; null while its thread does not get on. It runs on a thread of its own, which is not woken up for this. */
export function gossipFigures(gossip: Pick<Gossip, 'traffic' | 'members'>): NonNullable<AgentStatus['gossipStats']> | null {
  const traffic = gossip.traffic();
  if (traffic === null) return null;
  const members = gossip.members();
  const count = (wanted: (typeof members)[number]['state']) => members.filter(({ state }) => state === wanted).length;
  return { members: members.length, suspected: count('suspected'), dead: count('dead'), sent: traffic.sent, received: traffic.received };
}
