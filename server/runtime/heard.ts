import type { GossipView } from '~/core/view/report.ts';
import type { AgentTarget } from '~/link/client.ts';
import type { GossipMember } from './gossip.ts';

/** What gossip says, sorted into what the picture needs and whom to connect to. Pure. */
export type Heard = {
  /** Agents by uuid; servers and strangers are left out. */
  readonly views: ReadonlyMap<string, GossipView>;
  readonly targets: AgentTarget[];
};

export function heard(members: readonly GossipMember[], isConfigured: (uuid: string) => boolean): Heard {
  const views = new Map<string, GossipView>();
  const targets: AgentTarget[] = [];
  for (const { uuid, address, state, rttMs, payload } of members) {
    if (payload?.kind !== 'agent') continue;
    const { kind: _, ...plain } = payload;
    views.set(uuid, { state, payload: plain, address, rttMs });
    // A dead one is still called: gossip may be wrong where HTTP is right, and it costs one attempt per back-off. So is one
    // that has said goodbye and is awaited: it may be back without the gossip key that was changed meanwhile.
    if (state !== 'left' || isConfigured(uuid)) targets.push({ uuid, alias: payload.alias, http: payload.http });
  }
  return { views, targets };
}

/** Those that are alive now and were not before. */
export function wokenBetween(before: ReadonlyMap<string, GossipView>, after: ReadonlyMap<string, GossipView>): Set<string> {
  return new Set([...after].filter(([uuid, { state }]) => state === 'alive' && before.get(uuid)?.state !== 'alive').map(([uuid]) => uuid));
}
