import { CoterieError, errors, type ErrorCode, type Problem } from '~/contract/errors.ts';
import { encoded } from './body.ts';
import type { Envelope } from './envelope.ts';
import { linesOf } from './follow.ts';
import { agentApi, type AgentClient } from './protocol.ts';
import { Refused, Sender, TooLate, type Answer, type Place } from './send.ts';
import type { TokenSigner } from './token.ts';

/** The caller's side: an `AgentClient` made by a loop over the protocol. Every call ends by its deadline. */

export type AgentTarget = { readonly uuid: string; readonly alias: string; /** host:port of the agent's HTTP listener. */ readonly http: string };

/** Connections are shared by all clients of this process. */
const sender = new Sender();

export function agentClient(target: AgentTarget, signer: TokenSigner): AgentClient {
  const authorization = async () => `Bearer ${await signer.tokenFor(target.uuid)}`;
  // Once, and not before the first call: what is no address fails there, like one where nobody listens.
  let known: Place | null = null;
  const place = () => (known ??= placeOf(target.http));
  const procedures = Object.entries(agentApi).map(([name, { kind }]) => [
    name,
    kind === 'stream'
      ? (input: object, options: StreamOptions) => followed({ name, input, target, place, authorization, ...options })
      : (input: object, options: CallOptions) => called({ name, input, target, place, authorization, ...options }),
  ]);
  // One entry per procedure of the protocol, with its kind's signature: exactly AgentClient.
  return Object.fromEntries(procedures) as AgentClient;
}

type CallOptions = { timeoutMs: number; signal?: AbortSignal };
type StreamOptions = { idleMs: number; signal: AbortSignal };
const gracesMax = 3;

type Called = { name: string; target: AgentTarget };
type Call = Called & CallOptions & { input: object; place: () => Place; authorization: () => Promise<string> };

async function called({ name, input, target, place, authorization, timeoutMs, signal }: Call): Promise<unknown> {
  try {
    const at = place();
    return dataOf(await sender.send(at, { name, authorization: await authorization(), ...encoded(input), timeoutMs, signal }), { name, target });
  } catch (error) {
    if (error instanceof TooLate) throw new CoterieError('TIMED_OUT', `${target.alias} did not answer ${name} within ${timeoutMs} ms.`, { instance: target.uuid });
    throw error instanceof CoterieError ? error : unreachable(error, { name, target });
  }
}

function placeOf(hostPort: string): Place {
  const { hostname, port } = new URL(`http://${hostPort}`);
  return { host: hostname.replaceAll(/^\[|\]$/g, ''), port: Number(port || 80) };
}

function dataOf({ status, text }: Answer, call: Called): unknown {
  if (status === 401) throw refusedToken(call);
  const envelope = readable(text);
  const problem = envelope !== null && 'problem' in envelope ? envelope.problem : undefined;
  if (envelope !== null && problem === undefined && status === 200) return (envelope as { data?: unknown }).data;
  throw refusedBy(problem, call) ?? new CoterieError('INTERNAL', `${call.target.alias} failed at ${call.name}: HTTP ${status}.`, dataFor(call));
}

function readable(text: string): Envelope | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Envelope) : null;
  } catch {
    return null;
  }
}

async function* followed(call: Called & StreamOptions & Pick<Call, 'input' | 'place' | 'authorization'>): AsyncGenerator<unknown> {
  const silence = new AbortController();
  const silent = () => silence.abort(new CoterieError('UNAVAILABLE', `${call.target.alias} has been silent for ${call.idleMs} ms.`, { instance: call.target.uuid }));
  // A timer that fires late tells of this process, not of the agent: what it has sent may lie here unread.
  const watch = (graces: number): NodeJS.Timeout => {
    const due = performance.now() + call.idleMs;
    return setTimeout(() => {
      const late = performance.now() - due > call.idleMs / 20;
      if (late && graces > 0) timer = watch(graces - 1);
      else silent();
    }, call.idleMs);
  };
  let timer = watch(gracesMax);
  const signal = AbortSignal.any([call.signal, silence.signal]);
  try {
    for await (const text of linesOf(call.place(), { name: call.name, input: call.input, authorization: await call.authorization(), signal })) {
      clearTimeout(timer);
      yield dataOf({ status: 200, text }, call);
      timer = watch(gracesMax);
    }
  } catch (error) {
    if (call.signal.aborted) return;
    if (silence.signal.aborted) throw silence.signal.reason;
    throw translated(error, call);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** What the agent said about a stream, where it said anything; otherwise that it cannot be reached. */
function translated(error: unknown, call: Called): unknown {
  if (error instanceof CoterieError) return error;
  if (!(error instanceof Refused)) return unreachable(error, call);
  try {
    return dataOf(error.answer, call);
  } catch (refused) {
    return refused;
  }
}

const dataFor = ({ name, target }: Called) => ({ instance: target.uuid, procedure: name });

function refusedBy(problem: Problem | undefined, call: Called): CoterieError | null {
  if (!problem || !(problem.code in errors)) return null;
  return new CoterieError(problem.code as ErrorCode, problem.detail, { ...problem.data, ...dataFor(call) });
}

const refusedToken = (call: Called) => new CoterieError('UNAUTHENTICATED', `${call.target.alias} refuses our token: its cluster secret or its clock differs.`, dataFor(call));

const unreachable = (error: unknown, call: Called) => new CoterieError('UNAVAILABLE', `${call.target.alias} cannot be reached at ${call.target.http}: ${innermost(error)}`, dataFor(call));

/** `fetch failed` alone helps nobody: what the socket said stands in the last cause. */
function innermost(error: unknown): string {
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error && cause.cause instanceof Error; depth++) cause = cause.cause;
  return cause instanceof Error ? cause.message : String(cause);
}
