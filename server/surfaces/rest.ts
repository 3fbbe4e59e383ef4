import type { Asked, Told } from '~/link/asked.ts';
import { CoterieError } from '~/contract/errors.ts';
import type { Entry } from '~/contract/index.ts';
import { callerOf, type Called, type CallerOptions } from './caller.ts';
import { fieldsOf, fromText, scalar, typesOf } from './coerce.ts';
import { admitted, execute, follow, type Pipeline } from './execute.ts';
import type { Answer, IdempotentAnswers } from './idempotency.ts';
import { problemResponse } from './problem.ts';
import { routeOf, type Match } from './routes.ts';
import { sseResponse } from './sse.ts';

/** REST: `/api/v1` + the path of the contract. Answers JSON, an event stream, or a problem. */

export const restPath = '/api/v1';

export type RestOptions = CallerOptions & {
  readonly pipeline: Pipeline;
  readonly answers: IdempotentAnswers;
  readonly heartbeatMs: number;
  /** Fires when the server stops: streams end. */
  readonly stopping: AbortSignal;
};

export async function rest(request: Asked, address: string | null, options: RestOptions): Promise<Response | Told> {
  let requestId = crypto.randomUUID() as string;
  try {
    const path = new URL(request.url).pathname.slice(restPath.length);
    const found = routeOf(request.method, path);
    if (found.kind === 'none') throw new CoterieError('NOT_FOUND', `There is no operation at ${request.method} ${restPath}${path}; /api/docs lists all.`);
    if (found.kind === 'method') {
      const error = new CoterieError('BAD_INPUT', `${restPath}${path} takes ${found.allowed.join(' or ')}, not ${request.method}.`);
      return Response.json(await problemResponse(error, { requestId }).json(), { status: 405, headers: { allow: found.allowed.join(', '), 'content-type': 'application/problem+json' } });
    }
    const called = await callerOf(request, address, { ...options, surface: 'rest' });
    requestId = called.context.requestId;
    const rawInput = await inputOf(request, found.match);
    return await answered(request, { ...options, called, entry: found.match.entry, rawInput });
  } catch (error) {
    return problemResponse(error, { requestId });
  }
}

type Admitted = RestOptions & { called: Called; entry: Entry; rawInput: Record<string, unknown> };

async function answered(request: Asked, asked: Admitted): Promise<Response | Told> {
  const { called, entry, rawInput, pipeline } = asked;
  const { context, cookies, again } = called;
  const call = { entry, context, rawInput };
  if (entry.operation.kind === 'stream') {
    admitted(call);
    const lastEventId = request.headers.get('last-event-id');
    const signal = AbortSignal.any([request.signal, asked.stopping]);
    const messages = follow(pipeline, call, { signal, again, ...(lastEventId === null ? {} : { lastEventId }) });
    return sseResponse(messages, { heartbeatMs: asked.heartbeatMs, requestId: context.requestId });
  }
  const key = request.headers.get('idempotency-key');
  const run = () => jsonAnswer(asked);
  // A session is a cookie, which is no part of a kept answer.
  const keeps = key !== null && entry.operation.kind === 'mutation' && entry.noun !== 'session';
  const scope = `${context.actor?.user ?? ''} ${entry.name}`;
  const answer = keeps ? await asked.answers.once({ scope, key, input: rawInput }, run) : { ...(await run()), replayed: false };
  const headers = { ...answer.headers, 'x-request-id': context.requestId, ...(answer.replayed ? { 'idempotency-replayed': 'true' } : {}), ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) };
  return { status: answer.status, headers, body: request.method === 'HEAD' ? null : answer.body };
}

/** A failure is an answer too: the same key then gets the same refusal. */
async function jsonAnswer({ called, entry, rawInput, pipeline }: Admitted): Promise<Answer> {
  try {
    const output = await execute(pipeline, { entry, context: called.context, rawInput });
    const version = versionOf(output);
    const total = called.total();
    return { status: 200, body: JSON.stringify(output), headers: { 'content-type': 'application/json', ...(version === null ? {} : { etag: `"${version}"` }), ...(total === null ? {} : { 'x-total-count': String(total) }) } };
  } catch (error) {
    const response = problemResponse(error, { requestId: called.context.requestId });
    return { status: response.status, body: await response.text(), headers: Object.fromEntries(response.headers) };
  }
}

/** The configuration version that an answer shows or has made: what `If-Match` takes. */
function versionOf(output: unknown): number | null {
  if (typeof output !== 'object' || output === null) return null;
  const { version, configVersion, run, plan } = output as { version?: unknown; configVersion?: unknown; run?: { version: number; state: string } | null; plan?: { baseVersion: number | null } };
  if (run && run.state !== 'aborted') return run.version;
  const number = version ?? configVersion ?? plan?.baseVersion;
  return typeof number === 'number' ? number : null;
}

/** Path, query or body, and `If-Match` as one input. */
async function inputOf(request: Asked, { entry, subject }: Match): Promise<Record<string, unknown>> {
  const { operation } = entry;
  const fields = fieldsOf(operation);
  const named = Object.fromEntries(Object.entries(subject).map(([field, text]) => [field, scalar(typesOf(fields[field] ?? {}), text)]));
  const get = request.method === 'GET' || request.method === 'HEAD';
  const given = get ? fromText(operation, new URL(request.url).searchParams) : await bodyOf(request);
  for (const [field, value] of Object.entries(named)) {
    if (field in given && String(given[field]) !== String(value)) throw new CoterieError('BAD_INPUT', `${field} is "${value}" in the path, but something else in the request.`);
  }
  const input = { ...given, ...named };
  const match = operation.kind === 'mutation' ? request.headers.get('if-match') : null;
  return match === null ? input : { ...input, expectedVersion: expected(match) };
}

function expected(ifMatch: string): number {
  const digits = /^\s*(?:W\/)?"?(\d{1,15})"?\s*$/.exec(ifMatch)?.[1];
  if (digits === undefined) throw new CoterieError('BAD_INPUT', 'If-Match takes one configuration version, such as "12".');
  return Number(digits);
}

async function bodyOf(request: Asked): Promise<Record<string, unknown>> {
  const text = await request.text();
  if (text.trim() === '') return {};
  const type = request.headers.get('content-type') ?? '';
  // A form can be posted by any page without asking; JSON cannot.
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type)) throw new CoterieError('BAD_INPUT', 'Send the input as JSON, with content-type: application/json.');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `The body is not JSON: ${(error as Error).message}`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new CoterieError('BAD_INPUT', 'The body must be a JSON object with the fields of the input.');
  return body as Record<string, unknown>;
}
