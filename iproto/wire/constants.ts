/** The numbers of the protocol. Source: `iproto_constants.h` of Tarantool 2.6.0, those of ID from 2.10. */

export const requestTypes = {
  select: 0x01,
  insert: 0x02,
  replace: 0x03,
  update: 0x04,
  delete: 0x05,
  /** The old call, whose results are tuples. `call` is the one in use since 1.7.2. */
  call16: 0x06,
  auth: 0x07,
  eval: 0x08,
  upsert: 0x09,
  call: 0x0a,
  execute: 0x0b,
  nop: 0x0c,
  prepare: 0x0d,
  ping: 0x40,
  id: 0x49,
} as const satisfies Record<string, number>;

export const headerKeys = { type: 0x00, sync: 0x01, schemaVersion: 0x05 } as const satisfies Record<string, number>;

export const bodyKeys = {
  space: 0x10,
  index: 0x11,
  limit: 0x12,
  offset: 0x13,
  iterator: 0x14,
  indexBase: 0x15,
  key: 0x20,
  tuple: 0x21,
  functionName: 0x22,
  userName: 0x23,
  expression: 0x27,
  operations: 0x28,
  data: 0x30,
  errorMessage: 0x31,
  metadata: 0x32,
  bindMetadata: 0x33,
  bindCount: 0x34,
  sqlText: 0x40,
  sqlBind: 0x41,
  sqlInfo: 0x42,
  statementId: 0x43,
  errorStack: 0x52,
  version: 0x54,
  features: 0x55,
  authType: 0x5b,
} as const satisfies Record<string, number>;

/** The `type` of a response: 0 is success, 0x80 a push before the answer, from 0x8000 an error with its code. */
export const statuses = { ok: 0x00, chunk: 0x80, error: 0x8000 } as const satisfies Record<string, number>;

export const iterators = {
  eq: 0,
  req: 1,
  all: 2,
  lt: 3,
  le: 4,
  ge: 5,
  gt: 6,
  bitsAllSet: 7,
  bitsAnySet: 8,
  bitsAllNotSet: 9,
  overlaps: 10,
  neighbor: 11,
} as const satisfies Record<string, number>;

export type Iterator = keyof typeof iterators;
