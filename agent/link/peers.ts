import { CoterieError } from '~/contract/errors.ts';
import { agentClient } from '~/link/client.ts';
import type { AgentClient } from '~/link/protocol.ts';
import type { TokenSigner } from '~/link/token.ts';
import type { Vclock } from '~/agent/lifecycle/facts.ts';
import type { FenceReply } from '~/agent/lifecycle/fence.ts';
import type { Gossip, GossipMember } from '~/agent/gossip.ts';
import type { CommittedVersion } from '~/core/apply/version.ts';
import type { OutcomeAnswer } from '~/core/apply/answers.ts';

/** The other agents: found by gossip, called over the same interface that this one serves. */
const callMs = 2000;
const pullMs = 30_000;
const fenceMs = 1500;

export type AgentPeer = GossipMember & { readonly payload: Extract<GossipMember['payload'], { kind: 'agent' }> };

export class Peers {
  readonly #gossip: Gossip;
  readonly #signer: TokenSigner;
  readonly #clients = new Map<string, { http: string; client: AgentClient }>();

  constructor({ gossip, signer }: { gossip: Gossip; signer: TokenSigner }) {
    this.#gossip = gossip;
    this.#signer = signer;
  }

  all(): AgentPeer[] {
    return this.#gossip.members().filter((member): member is AgentPeer => member.payload?.kind === 'agent');
  }

  client({ uuid, payload }: AgentPeer): AgentClient {
    const kept = this.#clients.get(uuid);
    if (kept?.http === payload.http) return kept.client;
    const client = agentClient({ uuid, alias: payload.alias, http: payload.http }, this.#signer);
    this.#clients.set(uuid, { http: payload.http, client });
    return client;
  }

  find(uuid: string): AgentPeer | null {
    return this.all().find((peer) => peer.uuid === uuid) ?? null;
  }

  /** Throws UNAVAILABLE where nobody has heard of it. */
  reach(uuid: string): AgentClient {
    const peer = this.find(uuid);
    if (peer === null) throw new CoterieError('UNAVAILABLE', 'Its agent has not been heard of.');
    return this.client(peer);
  }

  async fence(uuid: string, ask: { version: number; by: string }): Promise<FenceReply | null> {
    const peer = this.find(uuid);
    return peer && this.client(peer).fence(ask, { timeoutMs: fenceMs });
  }

  /** Where its database is right now. */
  async position(uuid: string): Promise<Vclock | null> {
    const peer = this.find(uuid);
    if (peer === null) return null;
    const done = new AbortController();
    try {
      for await (const { database } of this.client(peer).status({}, { signal: done.signal, idleMs: callMs })) return database && database.vclock;
      return null;
    } finally {
      done.abort();
    }
  }

  /** All at once; whoever answers first comes first. */
  async *outcomes(runId: string): AsyncGenerator<{ peer: string; answer: OutcomeAnswer }> {
    const asked = this.#living().map((peer) =>
      this.client(peer)
        .outcome({ runId }, { timeoutMs: callMs })
        .then((answer) => ({ peer: peer.uuid, answer }))
        .catch(() => null),
    );
    for (const answering of asked) {
      const said = await answering;
      if (said !== null) yield said;
    }
  }

  async pull(uuid: string): Promise<CommittedVersion | null> {
    const peer = this.find(uuid);
    return peer && this.client(peer).config({}, { timeoutMs: pullMs });
  }

  #living(): AgentPeer[] {
    return this.all().filter(({ state }) => state === 'alive' || state === 'suspected');
  }
}
