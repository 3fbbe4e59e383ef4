import { CoterieError, errors, type ErrorCode } from '~/contract/errors.ts';
import { methodOf, pathOf, type Entry } from '~/contract/index.ts';
import type { Target } from './contexts.ts';

/** Calls operations over REST: the CLI needs nothing that another program could not do too. */

/** `onTotal`: how many rows there are, of which the answer is one page. */
export type CallOptions = { readonly timeoutMs: number; readonly onTotal?: (rows: number) => void };

export async function call(target: Target, entry: Entry, input: Record<string, unknown>, { timeoutMs, onTotal }: CallOptions): Promise<unknown> {
  const response = await send(target, entry, input, AbortSignal.timeout(timeoutMs));
  const total = response.headers.get('x-total-count');
  if (total !== null) onTotal?.(Number(total));
  return await response.json();
}

/** One message at a time; reconnects are the caller's business: a script wants to know that the line was cut. */
export async function* follow(target: Target, entry: Entry, input: Record<string, unknown>): AsyncGenerator<unknown> {
  const response = await send(target, entry, input, null);
  if (!response.body) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
      if (data === '') continue;
      if (lines.includes('event: problem')) throw problemIn(JSON.parse(data) as ProblemBody) ?? new CoterieError('INTERNAL', 'The stream has failed.');
      yield JSON.parse(data);
    }
  }
}

async function send(target: Target, entry: Entry, input: Record<string, unknown>, signal: AbortSignal | null): Promise<Response> {
  const { path, rest } = fill(entry, input);
  const url = new URL(`${target.server}/api/v1${path}`);
  const get = methodOf(entry) === 'GET';
  if (get) for (const [name, value] of Object.entries(rest)) for (const one of [value].flat()) if (one !== undefined) url.searchParams.append(name, String(one));
  const headers: Record<string, string> = { accept: entry.operation.kind === 'stream' ? 'text/event-stream' : 'application/json', 'x-coterie-surface': 'cli' };
  if (target.token !== null) headers.authorization = `Bearer ${target.token}`;
  if (!get) headers['content-type'] = 'application/json';
  const response = await fetch(url, { method: get ? 'GET' : 'POST', headers, ...(get ? {} : { body: JSON.stringify(rest) }), ...(signal ? { signal } : {}) }).catch((error: unknown) => {
    throw unreachable(target, error);
  });
  if (!response.ok) throw await failureOf(response, target);
  return response;
}

/** Subject fields go into the path, the rest into query or body. */
export function fill(entry: Entry, input: Record<string, unknown>): { path: string; rest: Record<string, unknown> } {
  const subject: readonly string[] = entry.operation.subject ?? [];
  const path = pathOf(entry).replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(input[field])));
  return { path, rest: Object.fromEntries(Object.entries(input).filter(([name]) => !subject.includes(name))) };
}

function unreachable(target: Target, error: unknown): CoterieError {
  if (error instanceof Error && error.name === 'TimeoutError') return new CoterieError('TIMED_OUT', `${target.server} did not answer in time. What was asked may still be running: see \`coterie apply-run list\`.`);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new CoterieError('UNAVAILABLE', `No Coterie server answers at ${target.server} (${cause}). Is it running? Choose another with --server or \`coterie context use\`.`);
}

async function failureOf(response: Response, target: Target): Promise<CoterieError> {
  const problem = problemIn((await response.json().catch(() => null)) as ProblemBody | null);
  if (problem?.code === 'UNAUTHENTICATED') return new CoterieError(problem.code, `${problem.message} Sign in with \`coterie login --server ${target.server}\`.`, problem.data);
  return problem ?? new CoterieError('INTERNAL', `${target.server} answered HTTP ${response.status}: is this a Coterie server?`);
}

type ProblemBody = { code?: string; detail?: string; data?: Record<string, unknown> };

function problemIn(body: ProblemBody | null): CoterieError | null {
  if (body?.code === undefined || !(body.code in errors)) return null;
  const code = body.code as ErrorCode;
  return new CoterieError(code, body.detail ?? errors[code].title, body.data ?? {});
}
