import { Agent, request, type IncomingMessage } from 'node:http';

/**
 * Just enough of `fetch` for calls between servers and agents, on `node:http` with kept-alive connections: the built-in
 * fetch makes streams, signals and copies for each call that cost several times what the call itself does.
 */

type Init = { method?: string | undefined; headers?: unknown; body?: unknown; signal?: AbortSignal | null | undefined };

/** What tRPC's client reads of a response. */
export type Answer = { readonly ok: boolean; readonly status: number; json(): Promise<unknown> };

const answerBytesMax = 80 * 1024 * 1024;
/** A connection that nobody uses is closed by us first: an agent never cuts one that we are about to write on. */
const idleMs = 4000;

export function httpFetch(): (url: string, init: Init) => Promise<Answer> {
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: 1000, timeout: idleMs, maxSockets: 64, scheduling: 'lifo' });
  return (url, { method = 'GET', headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const text = typeof body === 'string' ? Buffer.from(body) : null;
      const call = request(url, { agent, method, headers: { ...(headers as Record<string, string>), ...(text ? { 'content-length': String(text.length) } : {}) } }, (message) => {
        textOf(message).then((answer) => resolve({ ok: message.statusCode === 200, status: message.statusCode ?? 0, json: async () => JSON.parse(answer) as unknown }), reject);
      });
      const abort = () => call.destroy(new Error('aborted'));
      call.once('error', reject);
      call.once('close', () => signal?.removeEventListener('abort', abort));
      if (signal?.aborted) return void abort();
      signal?.addEventListener('abort', abort, { once: true });
      call.end(text ?? undefined);
    });
}

async function textOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > answerBytesMax) throw new Error(`an answer of more than ${answerBytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, bytes).toString('utf8');
}
