import * as z from 'zod';
import type { Entry } from '~/contract/index.ts';
import { CoterieError } from '~/contract/errors.ts';
import { roles, type Role } from '~/contract/operation.ts';
import { inputError } from '~/link/input-error.ts';
import type { Context, StreamMessage } from '~/server/handlers/context.ts';
import { isDiskFull } from '~/server/store/index.ts';
import { audited } from './audited.ts';

/**
 * The one way from any surface to a handler: signed in? right role? input valid? then the handler, then the audit log.
 * tRPC, REST and tests all come through here, so a rule that holds here holds everywhere.
 */

type Handler = (context: Context, input: unknown) => Promise<unknown>;
type StreamHandler = (context: Context, input: unknown, signal: AbortSignal, lastEventId?: string) => AsyncIterable<StreamMessage<unknown>>;
export type AnyHandlers = { readonly [noun: string]: { readonly [verb: string]: Handler | StreamHandler } };

export type Call = { readonly entry: Entry; readonly context: Context; readonly rawInput: unknown };

/** One call that has ended, for the log and the metrics. `error` null: it went well. */
export type Observed = { readonly call: Call; readonly tookMs: number; readonly error: unknown };

export type Pipeline = { readonly handlers: AnyHandlers; readonly observe: (observed: Observed) => void };

export async function execute({ handlers, observe }: Pipeline, call: Call): Promise<unknown> {
  const { entry, context } = call;
  const begun = performance.now();
  const run = async (inContext: Context) => {
    const input = admitted(call);
    if (entry.operation.kind === 'mutation' && !entry.operation.open) await context.services.runtime.rollCall.over;
    return (handlers[entry.noun]![entry.verb] as Handler)(inContext, input);
  };
  try {
    const answer = entry.operation.kind === 'mutation' ? await audited(call, run) : await run(context);
    observe({ call, tookMs: performance.now() - begun, error: null });
    return answer;
  } catch (failure) {
    const error = isDiskFull(failure) ? diskFull() : failure;
    observe({ call, tookMs: performance.now() - begun, error });
    throw error;
  }
}

/** No defect of ours: whoever runs the server has to make room. */
const diskFull = () => new CoterieError('UNAVAILABLE', 'The disk of the database is full: what was asked for could not be written down. Make room there, look whether the change was made, and try again.', { reason: 'disk full' });

/** How often a long stream asks whether its reader may still read. */
const recheckMs = 30_000;

export type Followed = { readonly signal: AbortSignal; readonly lastEventId?: string; /** The caller as of now: null once a session has ended. */ readonly again: () => Promise<Context['actor']> };

/** A stream ends with an error once its reader has been signed out or has lost the role. */
export async function* follow({ handlers, observe }: Pipeline, call: Call, { signal, lastEventId, again }: Followed): AsyncGenerator<StreamMessage<unknown>> {
  const { entry, context } = call;
  const begun = performance.now();
  let failure: unknown = null;
  const ended = new AbortController();
  const recheck = setInterval(() => {
    void again()
      .then((actor) => requireRole(entry, actor))
      .catch((error: unknown) => ended.abort(error));
  }, recheckMs);
  recheck.unref();
  const both = AbortSignal.any([signal, ended.signal]);
  try {
    const input = admitted(call);
    const messages = (handlers[entry.noun]![entry.verb] as StreamHandler)(context, input, both, lastEventId);
    for await (const message of messages) {
      if (both.aborted) break;
      yield message;
    }
    if (ended.signal.aborted) throw ended.signal.reason;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    clearInterval(recheck);
    ended.abort();
    observe({ call, tookMs: performance.now() - begun, error: failure });
  }
}

/** The input, parsed, of somebody who may. Before a stream: a refusal is an answer then, not a stream that ends. */
export function admitted({ entry, context, rawInput }: Call): unknown {
  requireRole(entry, context.actor);
  return parsedInput(entry, rawInput);
}

/** The one place where roles are enforced. */
function requireRole({ name, operation }: Entry, actor: Context['actor']): void {
  if (operation.open) return;
  if (actor === null) throw new CoterieError('UNAUTHENTICATED', 'Sign in, or send an API token as `authorization: Bearer ...`.');
  if (rank(actor.role) < rank(operation.role)) {
    throw new CoterieError('FORBIDDEN', `${name} needs the role ${operation.role}; ${actor.user} has ${actor.role}${actor.via === 'token' ? ' by this token' : ''}.`, { needs: operation.role, has: actor.role });
  }
}

const rank = (role: Role) => roles.indexOf(role);

const strictInputs = new WeakMap<z.ZodObject, z.ZodObject>();

/** Fields that the contract does not know are refused: a misspelt `dryrun` must not run. */
export function parsedInput({ operation }: Entry, rawInput: unknown): unknown {
  const input: z.ZodObject = operation.input;
  const strict = strictInputs.get(input) ?? input.strict();
  strictInputs.set(input, strict);
  const parsed = strict.safeParse(rawInput ?? {});
  if (!parsed.success) throw inputError(parsed.error);
  return parsed.data;
}
