import { waitMs } from '~/server/runtime/backoff.ts';
import type { AlertStore, QueuedDelivery, StoredChannel } from '~/server/store/index.ts';
import { attemptMsMax, type Sender } from './sender.ts';

/**
 * Sends what is written down: of each channel the oldest message first, and the next one only after it, so that no end
 * arrives before its beginning. One attempt is one server's; a message that nobody took for a day is given up.
 */

export type OutboxComponents = {
  readonly store: Pick<AlertStore, 'claim' | 'ended' | 'retry'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly now: () => number;
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
  /** An attempt has ended: the next message may be sent. */
  readonly onEnd: () => void;
};

export const outboxLimits = { firstMs: 2000, maxMs: 300_000, giveUpMs: 86_400_000, atOnceMax: 8 } as const;

export class Outbox {
  readonly #sending = new Map<string, Promise<void>>();

  constructor(readonly components: OutboxComponents) {}

  send(queued: readonly QueuedDelivery[], channels: readonly StoredChannel[]): void {
    const now = this.components.now();
    const heads = new Map<string, QueuedDelivery>();
    for (const delivery of queued) if (!heads.has(delivery.channel)) heads.set(delivery.channel, delivery);
    for (const channel of channels) {
      const head = heads.get(channel.name);
      if (!head || !channel.settings.enabled || head.nextAt > now || this.#sending.has(channel.name) || this.#sending.size >= outboxLimits.atOnceMax) continue;
      const sending = this.#attempt(channel, head)
        .catch((error: unknown) => this.components.onError(error))
        .finally(() => {
          this.#sending.delete(channel.name);
          this.components.onEnd();
        });
      this.#sending.set(channel.name, sending);
    }
  }

  async idle(): Promise<void> {
    await Promise.all(this.#sending.values());
  }

  async #attempt(channel: StoredChannel, delivery: QueuedDelivery): Promise<void> {
    const { store, sender, now, random } = this.components;
    if (!(await store.claim(delivery, now() + attemptMsMax))) return;
    const { ok, text } = await sender.send(channel, delivery.parsed, delivery.body);
    const at = now();
    if (ok) return store.ended(delivery, { state: 'sent', at, answer: text });
    if (at - delivery.at >= outboxLimits.giveUpMs) return store.ended(delivery, { state: 'failed', at, answer: `given up after a day: ${text}` });
    await store.retry(delivery, { at, nextAt: at + Math.round(waitMs(outboxLimits, delivery.attempts + 1, random)), answer: text });
  }
}
