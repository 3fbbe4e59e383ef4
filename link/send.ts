import { Agent, request } from 'node:http';
import { bodyOf } from './node-http.ts';

/**
 * One POST on a kept-alive connection. The built-in fetch makes streams, signals and copies for each request that cost
 * several times what a call between a server and an agent does itself.
 */

export type Sent = { readonly headers: Record<string, string>; readonly contentType: string; readonly parts: readonly (string | Buffer)[]; readonly timeoutMs: number; readonly signal?: AbortSignal | undefined };
export type Place = { readonly host: string; readonly port: number; readonly path: string };
export type Answer = { readonly status: number; readonly text: string };

export class TooLate extends Error {}

const answerBytesMax = 80 * 1024 * 1024;
/** A connection that nobody uses is closed by us first: an agent never cuts one that we are about to write on. */
const idleMs = 4000;

export class Sender {
  readonly #agent = new Agent({ keepAlive: true, keepAliveMsecs: 1000, timeout: idleMs, maxSockets: 64, scheduling: 'lifo' });

  /** Rejects with `TooLate` when there is no answer in time. */
  post({ host, port, path }: Place, { headers, contentType, parts, timeoutMs, signal }: Sent): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
      const call = request({ host, port, path, agent: this.#agent, method: 'POST', headers: { ...headers, 'content-type': contentType, 'content-length': length } }, (message) => {
        bodyOf(message, answerBytesMax).then((body) => resolve({ status: message.statusCode ?? 0, text: body.toString('utf8') }), reject);
      });
      // By hand rather than by signals that are made for each call: those cost as much as the call.
      const timer = setTimeout(() => {
        reject(new TooLate());
        call.destroy();
      }, timeoutMs);
      const abort = () => {
        reject(new Error('aborted'));
        call.destroy();
      };
      call.on('error', reject);
      call.once('close', () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      });
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      const last = parts.length - 1;
      for (const part of parts.slice(0, last)) call.write(part);
      call.end(parts[last]);
    });
  }
}
