/**
 * A system under test, as one of its usual clients sees it: it looks for the master in the usual way, uses it until
 * that fails, and never sends anything twice.
 */
import type { Asked, PlainAsked } from '../history/operation.ts';

export type Endpoint = { readonly host: string; readonly port: number };

export type Answer = {
  readonly outcome: 'ok' | 'fail' | 'info';
  /** With what was read or found out. */
  readonly asked: Asked;
  readonly epoch: number | null;
  readonly node: string | null;
  /** Why not, for people. */
  readonly reason?: string;
};

/** One client's way to the system: one operation at a time. */
export interface Session {
  /** Never rejects: what goes wrong is a `fail` where it certainly was not done, else an `info`. */
  perform(asked: Asked): Promise<Answer>;
  close(): void;
}

export type TargetOptions = {
  /** Of the data nodes; of the sentinels for Redis. */
  readonly endpoints: readonly Endpoint[];
  readonly timeoutMs: number;
};

export interface Target {
  readonly name: string;
  open(options: TargetOptions): Session;
  /** Makes tables, spaces and accounts, empty ones, on a healthy system. */
  prepare(options: TargetOptions): Promise<void>;
  /** Where sessions share something; after the last of them. */
  close?(): void;
}

export const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

/** Thrown within a target: nothing was done, and certainly never will be. */
export class NotDone extends Error {}

/** For those that know of no buckets. */
export function plain(asked: Asked): PlainAsked {
  if (asked.f === 'pay' || asked.f === 'sum' || asked.f === 'look') throw new Error(`${asked.f} is for routers`);
  return asked;
}
