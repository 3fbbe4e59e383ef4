import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { Gossip } from '~/agent/gossip.ts';

/** Gossip's figures for the status, once a second. It runs on a thread of its own: while that does not answer, nobody waits, and nothing is told. */
export class GossipSampler {
  readonly #gossip: Gossip;
  #asking = false;
  stats: NonNullable<AgentStatus['gossipStats']> | null = null;
  keys: NonNullable<AgentStatus['gossipKeys']> | null = null;

  constructor(gossip: Gossip) {
    this.#gossip = gossip;
  }

  refresh(): void {
    // The last answer was not given: what is known is old by now.
    if (this.#asking) this.stats = null;
    else void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      const [{ datagramsOut: sent = 0, datagramsIn: received = 0 }, keys] = await Promise.all([this.#gossip.stats(), this.#gossip.keyring.list()]);
      this.keys = [...keys];
      const members = this.#gossip.members();
      const count = (wanted: (typeof members)[number]['state']) => members.filter(({ state }) => state === wanted).length;
      this.stats = { members: members.length, suspected: count('suspected'), dead: count('dead'), sent, received };
    } catch {
      this.stats = null;
    } finally {
      this.#asking = false;
    }
  }
}
