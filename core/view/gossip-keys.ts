import type { AgentStatus } from '~/contract/shapes/status.ts';

/** Who has missed a change of the gossip keys: an agent, or this server itself? */

/** Known only where the agent tells its keys. */
export const lacksGossipKey = (status: AgentStatus | null, gossipKey: string | null): boolean =>
  gossipKey !== null && status?.gossipKeys !== undefined && !status.gossipKeys.some(({ id }) => id === gossipKey);

/** Most agents lack the key that this server seals with: it was this server that was away, and its ring is nothing to give to anybody. */
export function serverMissedKeys(statuses: readonly AgentStatus[], gossipKey: string | null): boolean {
  const telling = statuses.filter((status) => status.gossipKeys !== undefined);
  const lacking = telling.filter((status) => lacksGossipKey(status, gossipKey));
  return telling.length > 1 && lacking.length * 2 > telling.length;
}
