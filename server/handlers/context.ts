import type { z } from 'zod';
import type { Tree } from '~/contract/index.ts';
import type { Operation } from '~/contract/operation.ts';
import type { Surface } from '~/contract/shapes/config.ts';
import type { Plan } from '~/contract/shapes/plan.ts';
import type { Access, Actor } from '~/server/access/index.ts';
import type { DatabasePasswords } from '~/server/database-passwords.ts';
import type { Runtime } from '~/server/runtime/runtime.ts';
import type { AuditDraft, Store } from '~/server/store/index.ts';

/**
 * What a handler gets to work with, and the shape that every handler has.
 * A handler knows no surface: it takes parsed input, gives a value or throws a `CoterieError`.
 */
export type Services = {
  readonly store: Store;
  readonly access: Access;
  /** What the server knows of the cluster and does to it: state, agents, gossip, apply runner. */
  readonly runtime: Runtime;
  readonly databasePasswords: DatabasePasswords;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newUuid: () => string;
};

export type Audit = {
  readonly entry: (plan: Plan) => AuditDraft;
  /** Puts on the disk what is about to be done: should the server end before it has said how that went, the log says so. */
  readonly begin: (plan: Plan) => Promise<void>;
  /** The entry is on the disk, with the change. */
  readonly written: () => void;
};

export type Context = {
  /** Null only in operations marked `open`. */
  readonly actor: Actor | null;
  readonly surface: Surface;
  /** Of the caller; null where there is no connection (system, tests). */
  readonly address: string | null;
  /** `user-agent` of the caller, cut to 200 characters. */
  readonly agent: string | null;
  readonly requestId: string;
  readonly services: Services;
  /** Of a mutation: what the audit log is to say, for a handler that can write it together with the change itself. */
  readonly audit?: Audit;
  /** Adds a `set-cookie` header to the answer, on surfaces that have one. */
  readonly setCookie: (header: string) => void;
  /** Of a list that is answered page by page: how many rows there are in all. */
  readonly setTotal: (rows: number) => void;
};

/** A message of a stream with the id from which a client can go on. */
export type StreamMessage<T> = { readonly id: string; readonly data: T };

type HandlerOf<O> =
  O extends Operation<infer K, infer I, infer Out>
    ? K extends 'stream'
      ? (context: Context, input: z.output<I>, signal: AbortSignal, lastEventId?: string) => AsyncIterable<StreamMessage<z.input<Out>>>
      : (context: Context, input: z.output<I>) => Promise<z.input<Out>>
    : never;

/** One handler per operation. A missing or misspelt one does not compile. */
export type HandlersOf<T extends Tree> = {
  readonly [Noun in keyof T]: { readonly [Verb in keyof T[Noun]]: HandlerOf<T[Noun][Verb]> };
};
