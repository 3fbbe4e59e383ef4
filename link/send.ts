import { Agent, request } from 'node:http';
import { bodyOf } from './node-http.ts';

/**
 * One POST on a kept-alive connection. The built-in fetch makes streams, signals and copies for each request that cost
 * several times what a call between a server and an agent does itself.
 */

export type Sent = { readonly headers: Record<string, string>; readonly contentType: string; readonly parts: readonly Buffer[]; readonly signal: AbortSignal };
export type Answer = { readonly status: number; readonly text: string };

const answerBytesMax = 80 * 1024 * 1024;
/** A connection that nobody uses is closed by us first: an agent never cuts one that we are about to write on. */
const idleMs = 4000;

export class Sender {
  readonly #agent = new Agent({ keepAlive: true, keepAliveMsecs: 1000, timeout: idleMs, maxSockets: 64, scheduling: 'lifo' });

  post(url: string, { headers, contentType, parts, signal }: Sent): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      const call = request(url, { agent: this.#agent, method: 'POST', headers: { ...headers, 'content-type': contentType, 'content-length': length } }, (message) => {
        bodyOf(message, answerBytesMax).then((body) => resolve({ status: message.statusCode ?? 0, text: body.toString('utf8') }), reject);
      });
      const abort = () => call.destroy(new Error('aborted'));
      call.once('error', reject);
      call.once('close', () => signal.removeEventListener('abort', abort));
      if (signal.aborted) return void abort();
      signal.addEventListener('abort', abort, { once: true });
      for (const part of parts) call.write(part);
      call.end();
    });
  }
}
