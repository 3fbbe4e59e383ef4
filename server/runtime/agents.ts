import { CoterieError } from '~/contract/errors.ts';
import type { Report } from '~/core/view/report.ts';
import type { AgentTarget } from '~/link/client.ts';
import type { AgentClient } from '~/link/protocol.ts';
import { AgentLink } from './agent-link.ts';
import { Openings } from './openings.ts';

/** A link to every agent that gossip knows. Each stands alone: a hung one delays nothing but itself. */

export type AgentsComponents = {
  readonly connect: (target: AgentTarget) => AgentClient;
  readonly now: () => number;
  readonly random: () => number;
  readonly onReport: (uuid: string, report: Report) => void;
  readonly onTrouble: (target: AgentTarget, sentence: string) => void;
};

export type AgentsOptions = {
  readonly linksMax: number;
  readonly idleMs: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  readonly offsetEveryMs: number;
};

export const agentsDefaults: AgentsOptions = { linksMax: 2000, idleMs: 5000, firstRetryMs: 100, maxRetryMs: 5000, offsetEveryMs: 10_000 };

export class Agents {
  readonly #links = new Map<string, AgentLink>();
  readonly #openings = new Openings();
  #ended = false;

  constructor(
    readonly components: AgentsComponents,
    readonly options: AgentsOptions = agentsDefaults,
  ) {}

  /** Makes the links fit what gossip knows. `woken` are those just heard of again. */
  update(targets: readonly AgentTarget[], woken: ReadonlySet<string>): void {
    if (this.#ended) return;
    const wanted = new Map(targets.slice(0, this.options.linksMax).map((target) => [target.uuid, target]));
    for (const [uuid, link] of this.#links) {
      if (wanted.get(uuid)?.http === link.target.http) continue;
      link.end();
      this.#links.delete(uuid);
    }
    for (const [uuid, target] of wanted) {
      const link = this.#links.get(uuid);
      if (link === undefined) this.#links.set(uuid, this.#linkTo(target));
      else if (woken.has(uuid)) link.wake();
    }
  }

  /** Null: nobody has told us where it is. */
  find(uuid: string): AgentLink | null {
    return this.#links.get(uuid) ?? null;
  }

  client(uuid: string, alias: string): AgentClient {
    const link = this.#links.get(uuid);
    if (link === undefined) throw new CoterieError('UNAVAILABLE', `The agent of ${alias} has not been heard of: start it, or look for it by its address (instance probe).`, { instance: uuid });
    return link.client;
  }

  all(): AgentLink[] {
    return [...this.#links.values()];
  }

  end(): void {
    this.#ended = true;
    for (const link of this.#links.values()) link.end();
    this.#links.clear();
  }

  #linkTo(target: AgentTarget): AgentLink {
    const { connect, ...rest } = this.components;
    const { idleMs, firstRetryMs, maxRetryMs, offsetEveryMs } = this.options;
    return new AgentLink({ ...rest, client: connect(target), openings: this.#openings }, { target, idleMs, offsetEveryMs, backoff: { firstMs: firstRetryMs, maxMs: maxRetryMs } });
  }
}
