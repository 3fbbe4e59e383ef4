import type { AgentStatus } from '~/contract/shapes/status.ts';
import { problemOf } from '~/contract/errors.ts';
import type { Report } from '~/core/view/report.ts';
import type { AgentTarget } from '~/link/client.ts';
import type { AgentClient } from '~/link/protocol.ts';
import { pause, waitMs, type Backoff } from './backoff.ts';
import { ClockOffset } from './clock-offset.ts';
import type { Openings } from './openings.ts';

/** One agent as this server reaches it: a client for calls, and its status stream, opened again for as long as the link lives. */

export type AgentLinkComponents = {
  readonly client: AgentClient;
  readonly openings: Openings;
  readonly now: () => number;
  readonly random: () => number;
  readonly onReport: (uuid: string, report: Report) => void;
  readonly onTrouble: (target: AgentTarget, sentence: string) => void;
};

export type AgentLinkOptions = {
  readonly target: AgentTarget;
  /** An agent speaks once a second; a stream that has been silent for so long is cut and opened anew. */
  readonly idleMs: number;
  readonly backoff: Backoff;
  readonly offsetEveryMs: number;
};

const notCalled = 'not connected yet';

export class AgentLink {
  readonly #ended = new AbortController();
  readonly #offset = new ClockOffset();
  #offsetAskedAt = -Infinity;
  #failures = 0;
  #waiting: AbortController | null = null;
  /** What went wrong last; null while the stream is up. */
  trouble: string | null = notCalled;

  constructor(
    readonly components: AgentLinkComponents,
    readonly options: AgentLinkOptions,
  ) {
    void this.#keepUp();
  }

  get client(): AgentClient {
    return this.components.client;
  }

  get target(): AgentTarget {
    return this.options.target;
  }

  /** It has answered, or has failed to. */
  get called(): boolean {
    return this.trouble !== notCalled;
  }

  /** The agent has been heard of: try now rather than at the end of the back-off. */
  wake(): void {
    this.#waiting?.abort();
  }

  end(): void {
    this.#ended.abort();
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#ended;
    const { client, openings, random, onTrouble } = this.components;
    const { target, idleMs, backoff } = this.options;
    while (!signal.aborted) {
      const opened = await openings.enter();
      try {
        for await (const status of client.status({}, { signal, idleMs })) {
          opened();
          this.#took(status);
        }
        if (!signal.aborted) this.trouble = 'it closed the stream';
      } catch (error) {
        const sentence = problemOf(error).detail;
        const isNew = this.trouble !== sentence;
        this.trouble = sentence;
        if (isNew) onTrouble(target, sentence);
      }
      opened();
      if (signal.aborted) return;
      this.#failures += 1;
      this.#waiting = new AbortController();
      await pause(waitMs(backoff, this.#failures, random), AbortSignal.any([signal, this.#waiting.signal]));
    }
  }

  #took(status: AgentStatus): void {
    const { now, onReport } = this.components;
    // The address may have gone to another agent since; its tokens say so too, this is the second lock.
    if (status.uuid !== this.target.uuid) return;
    this.trouble = null;
    this.#failures = 0;
    if (now() - this.#offsetAskedAt >= this.options.offsetEveryMs) void this.#measure();
    onReport(status.uuid, { status, receivedAt: now(), clockOffsetMs: this.#offset.ms });
  }

  async #measure(): Promise<void> {
    const { now, client } = this.components;
    const sentAt = now();
    this.#offsetAskedAt = sentAt;
    try {
      const { at } = await client.ping({}, { timeoutMs: 2000, signal: this.#ended.signal });
      this.#offset.add({ sentAt, agentAt: at, receivedAt: now() });
    } catch {
      // An unanswered ping says nothing about clocks; the status stream tells whether the agent is well.
    }
  }
}
