import type { GossipPayload } from '~/link/gossip-payload.ts';
import type { AgentPeer } from '~/agent/link/peers.ts';
import { Soon } from '~/agent/lifecycle/soon.ts';

type Payload = Extract<GossipPayload, { kind: 'agent' }>;

/**
 * When gossip is told of what this instance is: at once of all but the version of the configuration. That changes
 * everywhere in the same moment, and each word of it goes to every member. While versions follow each other there is a
 * server that brings them; then whoever comes first tells the last one, and those who hear it from another take their time.
 */
export type GossipWordParts = {
  readonly payload: () => Payload;
  readonly others: () => readonly Pick<AgentPeer, 'state' | 'payload'>[];
  readonly tell: () => void;
  readonly random: () => number;
};

export const gossipWordLimits = {
  /** So long at least a version stays before it is told. */
  firstMs: 1000,
  /** Over which the others follow, so that the first is heard before the next. */
  spreadMs: 1000,
  /** Until one tells a version that it has heard from another, or after which there was the next. */
  laterMs: 20_000,
} as const;

export class GossipWord {
  readonly #parts: GossipWordParts;
  readonly #soon: Soon;
  readonly #later: Soon;
  #told = '';
  #version = 0;

  constructor(parts: GossipWordParts) {
    const { firstMs, spreadMs, laterMs } = gossipWordLimits;
    this.#parts = parts;
    this.#soon = new Soon(() => this.#due(), firstMs + parts.random() * spreadMs);
    this.#later = new Soon(() => parts.tell(), laterMs);
  }

  /** Something may have changed. */
  look(): void {
    const { config, ...rest } = this.#parts.payload();
    const told = JSON.stringify(rest);
    if (told !== this.#told) this.#parts.tell();
    else if ((config?.version ?? 0) !== this.#version) this.#soon.poke();
    this.#told = told;
  }

  end(): void {
    this.#soon.end();
    this.#later.end();
  }

  #due(): void {
    const { config } = this.#parts.payload();
    const version = config?.version ?? 0;
    const isNew = version !== this.#version;
    this.#version = version;
    if (isNew || this.#isHeard(config)) this.#later.poke();
    else this.#parts.tell();
    if (isNew) this.#soon.poke();
  }

  /** Another content under the same number is none that we could leave to others. */
  #isHeard(config: Payload['config']): boolean {
    return config !== null && this.#parts.others().some(({ state, payload }) => state === 'alive' && payload.config?.version === config.version && payload.config.hash === config.hash);
  }
}
