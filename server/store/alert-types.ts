import type { AlertChannel, AlertDelivery } from '~/contract/alert.ts';
import type { Told } from '~/core/alerts/decide.ts';
import type { Body } from '~/core/alerts/message.ts';
import type { Silence } from '~/core/alerts/rule.ts';
import type { Claim } from './types.ts';
import type { z } from 'zod';

export type ChannelView = z.output<typeof AlertChannel>;
/** All of a channel that may be seen. */
export type ChannelSettings = Pick<ChannelView, 'minSeverity' | 'codes' | 'objects' | 'forSeconds' | 'repeatHours' | 'enabled' | 'address' | 'signed' | 'mail'>;

export type StoredChannel = {
  readonly name: string;
  readonly kind: ChannelView['kind'];
  readonly settings: ChannelSettings;
  /** Its secrets; only whoever has the cluster secret can open it. */
  readonly sealed: string;
  readonly by: string;
  /** Of the last change, which names it. */
  readonly at: number;
  readonly lastSentAt: number | null;
  readonly failing: { readonly since: number; readonly error: string } | null;
};

export type Delivery = z.output<typeof AlertDelivery>;
export type NewDelivery = { readonly channel: string; readonly at: number; readonly body: Body; readonly state: Delivery['state']; readonly attempts: number; readonly nextAt: number | null; readonly endedAt: number | null; readonly answer: string | null };
export type QueuedDelivery = { readonly id: number; readonly channel: string; readonly at: number; readonly attempts: number; readonly nextAt: number; readonly body: string; readonly parsed: Body };

export type AlertStore = {
  /** By name, at most 50. */
  channels(): Promise<StoredChannel[]>;
  /** False: there is one of that name. */
  addChannel(channel: StoredChannel): Promise<boolean>;
  /** False: it is not the one of time `was` any more. What waits is tried at once. */
  replaceChannel(channel: StoredChannel, was: number): Promise<boolean>;
  /** With what waits for it. */
  removeChannel(name: string): Promise<boolean>;
  /** In force, the first to end first. */
  silences(now: number): Promise<Silence[]>;
  addSilence(silence: Silence): Promise<void>;
  removeSilence(id: string): Promise<boolean>;
  told(): Promise<Told[]>;
  /** Messages and what they change in the memory of who was told, or, where the turn is another server's (false), nothing. */
  commit(change: { put: readonly Told[]; drop: readonly Told[]; messages: readonly NewDelivery[] }, turn: Claim | null): Promise<boolean>;
  /** What waits, oldest first. */
  queued(): Promise<QueuedDelivery[]>;
  /** One attempt is begun by one server: false for any other. Until `nextAt` nobody tries again. */
  claim(delivery: Pick<QueuedDelivery, 'id' | 'attempts'>, nextAt: number): Promise<boolean>;
  ended(delivery: Pick<QueuedDelivery, 'id' | 'channel'>, end: { state: 'sent' | 'failed'; at: number; answer: string }): Promise<void>;
  retry(delivery: Pick<QueuedDelivery, 'id' | 'channel'>, next: { at: number; nextAt: number; answer: string }): Promise<void>;
  /** What waits is tried from now on. */
  hurry(channel: string, at: number): Promise<void>;
  /** One that was sent by hand. */
  log(delivery: NewDelivery): Promise<void>;
  /** Newest first. */
  deliveries(filter: { channel?: string | undefined; state?: Delivery['state'] | undefined; before?: number | undefined; limit: number }): Promise<Delivery[]>;
};
