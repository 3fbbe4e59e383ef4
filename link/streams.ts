import type { IncomingMessage, ServerResponse } from 'node:http';
import { CoterieError, errors } from '~/contract/errors.ts';
import { dataText, problemText } from './envelope.ts';
import { problemIn } from './input-error.ts';
import { BodyTooLarge, bodyOf, drained } from './node-http.ts';
import { streamPath } from './paths.ts';
import { agentApi, type AgentHandlers } from './protocol.ts';

/**
 * An agent's side of streams: one request each, answered by a line of JSON for each message, as it comes. Streams of the
 * web and tRPC's on top of them cost more each second than all else that an idle agent says.
 */
export type StreamOptions = {
  readonly bodyBytesMax: number;
  readonly onError: (path: string | undefined, error: Error) => void;
};

type StreamName = { [K in keyof typeof agentApi]: (typeof agentApi)[K]['kind'] extends 'stream' ? K : never }[keyof typeof agentApi];
type Follow = (input: unknown, signal: AbortSignal) => AsyncIterable<unknown>;

/** What is asked for, if it is a stream. */
export const streamIn = (request: IncomingMessage): string | null => (request.method === 'POST' && request.url?.startsWith(streamPath) ? request.url.slice(streamPath.length) : null);

/** Ends with the stream, with its error as the last line, or when the caller is gone. What does not begin is refused as any request is. */
export async function answerStream(name: string, { request, response }: { request: IncomingMessage; response: ServerResponse }, { handlers, bodyBytesMax, onError }: StreamOptions & { handlers: AgentHandlers }): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    if (!isStream(name)) throw new CoterieError('NOT_FOUND', `This agent knows no stream ${JSON.stringify(name.slice(0, 64))}: its version may be another one.`);
    const input = agentApi[name].input.parse(parsed(await bodyOf(request, bodyBytesMax).catch(tooLarge)));
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' }).flushHeaders();
    // Each handler takes the input of its own entry, which a lookup by name cannot express.
    for await (const message of (handlers[name] as Follow)(input, gone.signal)) {
      if (response.destroyed) return;
      if (!response.write(`${dataText(message)}\n`)) await drained(response);
    }
  } catch (error) {
    if (gone.signal.aborted) return;
    const problem = problemIn(error);
    onError(name, error instanceof Error ? error : new Error(String(error)));
    if (!response.headersSent) response.writeHead(errors[problem.code].http, { 'content-type': 'application/json', connection: 'close' });
    response.write(`${problemText(problem)}\n`);
  } finally {
    response.end();
  }
}

const isStream = (name: string): name is StreamName => Object.hasOwn(agentApi, name) && agentApi[name as keyof AgentHandlers].kind === 'stream';

function tooLarge(error: unknown): never {
  throw error instanceof BodyTooLarge ? new CoterieError('BAD_INPUT', `${error.message}.`) : error;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new CoterieError('BAD_INPUT', 'The body is not JSON.');
  }
}
