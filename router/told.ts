/** What a client is told when its request could not be served: one value, and its form in each manner of answering. */
import { errorCodes, type Writable } from '~/iproto/index.ts';

export type ToldKind =
  /** The function's own error, or Tarantool's. */
  | 'failed'
  | 'timeout'
  /** No master, no instance, no owner known: nothing was done. */
  | 'unavailable'
  /** It may have been done. */
  | 'unknown'
  | 'overloaded'
  /** Bad input. */
  | 'refused';

/** Names and numbers of vshard's errors. */
export const shardingErrors = {
  WRONG_BUCKET: 1,
  NON_MASTER: 2,
  NO_SUCH_REPLICASET: 4,
  MISSING_MASTER: 6,
  TRANSFER_IS_IN_PROGRESS: 7,
  UNREACHABLE_REPLICASET: 8,
  NO_ROUTE_TO_BUCKET: 9,
  UNREACHABLE_MASTER: 11,
} as const satisfies Record<string, number>;

export type ShardingError = keyof typeof shardingErrors;

export type Told = {
  readonly kind: ToldKind;
  /** Of iproto. */
  readonly code: number;
  readonly message: string;
  /** What vshard would call it; others are `ClientError`. */
  readonly sharding?: ShardingError;
  readonly bucket?: number;
};

export const overloaded = (what: string, now: number, max: number): Told => ({
  kind: 'overloaded', code: errorCodes.SYSTEM, message: `OVERLOADED {"limit":"${what}","now":${now},"max":${max}}: nothing was done; try again later, or at another router`,
});

export const late = (timeoutMs: number, lastly: string | null): Told => ({
  kind: 'timeout', code: errorCodes.TIMEOUT, message: `Timeout exceeded: not served within ${Math.round(timeoutMs)} ms${lastly === null ? '' : ` (${lastly})`}; nothing was done`,
});

export const outcomeUnknown = (why: string): Told => ({
  kind: 'unknown', code: errorCodes.NO_CONNECTION, message: `OUTCOME_UNKNOWN {}: it may have been done: ${why}`,
});

/** As a table that vshard's router returns second. */
export function vshardError(told: Told): Writable {
  if (told.sharding === undefined) return { type: 'ClientError', base_type: 'ClientError', code: told.code, message: told.message };
  return { type: 'ShardingError', code: shardingErrors[told.sharding], name: told.sharding, message: told.message, ...(told.bucket === undefined ? {} : { bucket_id: told.bucket }) };
}

/** As an object of the module `errors`, which crud returns second. */
export function crudError(told: Told, className: string): Writable {
  return { class_name: className, err: told.message, str: `${className}: ${told.message}`, file: 'router', line: 0 };
}
