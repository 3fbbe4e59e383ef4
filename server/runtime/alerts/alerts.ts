import { decide, type Decided, type Told } from '~/core/alerts/decide.ts';
import { bodyOf } from '~/core/alerts/message.ts';
import type { Alertable, Rule, Silence } from '~/core/alerts/rule.ts';
import type { Seen } from '~/core/issues/detect.ts';
import { pause } from '~/server/runtime/backoff.ts';
import { Turn } from '~/server/runtime/turn.ts';
import type { NewDelivery, QueuedDelivery, Store, StoredChannel } from '~/server/store/index.ts';
import { Outbox } from './outbox.ts';
import type { Sender } from './sender.ts';

/**
 * Looks once a second whom to tell what (`core/alerts`), writes the messages down together with the memory of who was
 * told, and sends what is written down. Of several servers on one database one does this, whoever has the turn.
 */

export type AlertComponents = {
  readonly store: Pick<Store, 'alerts' | 'locks' | 'provider'>;
  readonly sender: Sender;
  readonly now: () => number;
  readonly random: () => number;
  readonly newUuid: () => string;
  readonly picture: () => { readonly open: readonly Alertable[]; readonly seen: Seen };
  /** A channel began or ceased to fail. */
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
};

/** `writer`: this start of this server, where others may write to the same database; null where nobody else does. */
export type AlertOptions = { readonly cluster: string; readonly url: string; readonly writer: string | null };

const lookEveryMs = 1000;
const ttlMs = 5000;
/** A channel with so many messages waiting gets no more: what is still true later is told later. */
export const waitingMax = 20;
const stopMs = 3000;

export class Alerts {
  channels: readonly StoredChannel[] = [];
  silences: readonly Silence[] = [];
  /** As of the last look. */
  queued: readonly QueuedDelivery[] = [];
  #told: readonly Told[] | null = null;
  readonly #turn: Turn | null;
  readonly #outbox: Outbox;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #again = false;

  constructor(
    readonly components: AlertComponents,
    readonly options: AlertOptions,
  ) {
    const { store, sender, now, random, onError } = components;
    const onTaken = async () => {
      this.#told = await store.alerts.told();
      return () => {};
    };
    this.#turn = options.writer === null ? null : new Turn({ locks: store.locks, now, isBehind: () => false, onTaken, onError }, { name: 'alerts', owner: options.writer, ttlMs, everyMs: ttlMs / 5 });
    this.#outbox = new Outbox({ store: store.alerts, sender, now, random, onError, onEnd: () => this.look() });
  }

  /** This server sends. */
  get sends(): boolean {
    return this.#turn?.held ?? true;
  }

  get failing(): { name: string; since: number; error: string }[] {
    return this.channels.flatMap(({ name, failing, settings }) => (failing === null || !settings.enabled ? [] : [{ name, ...failing }]));
  }

  /** Tells what is known to be wrong from before: until the cluster has been heard, nothing of it is over. */
  async load(): Promise<Map<string, number>> {
    this.#told = await this.components.store.alerts.told();
    await this.#read();
    return new Map(this.#told.map(({ issue, first }) => [issue.id, first]));
  }

  start(): void {
    this.#turn?.start();
    this.#timer = setInterval(() => this.look(), lookEveryMs);
  }

  /** An attempt that is under way has a moment to end; else it is made again after the restart. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#ended.abort();
    await this.#looking;
    await Promise.race([this.#outbox.idle(), pause(stopMs, new AbortController().signal)]);
    await this.#turn?.end();
  }

  /** Channels and silences as the database has them; other servers change them too. */
  async refresh(): Promise<void> {
    const before = JSON.stringify(this.failing);
    await this.#read();
    if (JSON.stringify(this.failing) !== before) this.components.onChange();
  }

  async #read(): Promise<void> {
    const { store, now } = this.components;
    [this.channels, this.silences] = await Promise.all([store.alerts.channels(), store.alerts.silences(now())]);
  }

  /** Looks now; a look that is under way is followed by another one. */
  look(): void {
    if (this.#ended.signal.aborted) return;
    this.#again = this.#looking !== null;
    this.#looking ??= this.#lookOnce()
      .catch((error: unknown) => {
        // Whether it was written is not known: the database is.
        this.#told = null;
        this.components.onError(error);
      })
      .finally(() => {
        this.#looking = null;
        if (this.#again) this.look();
      });
  }

  async #lookOnce(): Promise<void> {
    const { store } = this.components;
    await this.refresh();
    this.queued = this.channels.length === 0 ? [] : await store.alerts.queued();
    if (!this.sends || this.channels.length === 0) return;
    this.#told ??= await store.alerts.told();
    const decided = this.#decide(this.#told);
    if (decided.messages.length > 0) {
      if (!(await store.alerts.commit({ put: decided.put, drop: decided.drop, messages: this.#written(decided) }, this.#turn?.claim ?? null))) return this.#turn?.lost();
      this.queued = await store.alerts.queued();
    }
    this.#told = decided.told;
    this.#outbox.send(this.queued, this.channels);
  }

  #decide(told: readonly Told[]): Decided {
    const { now, picture } = this.components;
    const waiting = new Map<string, number>();
    for (const { channel } of this.queued) waiting.set(channel, (waiting.get(channel) ?? 0) + 1);
    const full = new Set([...waiting].filter(([, count]) => count >= waitingMax).map(([channel]) => channel));
    const failing = new Set(this.failing.map(({ name }) => name));
    return decide(told, { now: now(), ...picture(), silences: this.silences, rules: this.channels.map(ruleOf), full, failing });
  }

  #written({ messages }: Decided): NewDelivery[] {
    const { now, newUuid } = this.components;
    const { cluster, url } = this.options;
    const at = now();
    return messages.map(({ channel, items }) => ({ channel, at, body: bodyOf(items, { id: newUuid(), at, cluster, url }), state: 'queued', attempts: 0, nextAt: at, endedAt: null, answer: null }));
  }
}

const ruleOf = ({ name, settings: { enabled, minSeverity, codes, objects, forSeconds, repeatHours } }: StoredChannel): Rule => ({ channel: name, enabled, minSeverity, codes, objects, forMs: forSeconds * 1000, repeatMs: repeatHours * 3_600_000 });

