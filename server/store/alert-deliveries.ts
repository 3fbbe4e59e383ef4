import type { Body } from '~/core/alerts/message.ts';
import type { Delivery, NewDelivery, QueuedDelivery } from './alert-types.ts';

/** A message as a row and back. */

export function rowOfDelivery({ body, at, nextAt, endedAt, ...rest }: NewDelivery) {
  return { ...rest, at: BigInt(at), message: body.id, kind: body.kind, subject: body.subject, body: JSON.stringify(body), nextAt: bigOrNull(nextAt), endedAt: bigOrNull(endedAt) };
}

type Row = { id: number; message: string; at: bigint; channel: string; kind: string; subject: string; state: string; attempts: number; nextAt: bigint | null; endedAt: bigint | null; answer: string | null };

export function deliveryOf({ id, message, at, channel, kind, subject, state, attempts, nextAt, endedAt, answer }: Row): Delivery {
  // Kind and state were written from a NewDelivery by this file.
  return { id, message, at: Number(at), channel, kind: kind as Delivery['kind'], subject, state: state as Delivery['state'], attempts, nextAt: numberOrNull(nextAt), endedAt: numberOrNull(endedAt), answer };
}

/** The body as text: what is signed and sent is the same at each attempt. */
export const queuedOf = ({ id, channel, at, attempts, nextAt, body }: Row & { body: string }): QueuedDelivery => ({ id, channel, at: Number(at), attempts, nextAt: Number(nextAt ?? 0n), body, parsed: JSON.parse(body) as Body });

const bigOrNull = (time: number | null) => (time === null ? null : BigInt(time));
const numberOrNull = (time: bigint | null) => (time === null ? null : Number(time));
