import type { IncomingMessage, ServerResponse } from 'node:http';
import { AskedOverHttp, Caller, type AskHandler, type Told } from './asked.ts';

/**
 * Between `node:http` and what answers: a request with its whole body, an answer written back, a stream with
 * back-pressure. The request's signal fires when the caller goes away, so a stream that nobody reads ends.
 */

export class BodyTooLarge extends Error {
  constructor(readonly bytesMax: number) {
    super(`the body is larger than ${bytesMax} bytes`);
  }
}

/** The whole body; rejects with `BodyTooLarge`, or with what cut the connection. By events: an iterator costs more than a small body. */
export function bodyOf(message: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => {
      message.off('data', take).pause();
      reject(new BodyTooLarge(bytesMax));
    };
    const parts: Buffer[] = [];
    let bytes = 0;
    const take = (part: Buffer) => {
      bytes += part.length;
      if (bytes > bytesMax) return tooLarge();
      parts.push(part);
    };
    if (Number(message.headers['content-length'] ?? 0) > bytesMax) return tooLarge();
    message.on('data', take);
    message.once('end', () => resolve(Buffer.concat(parts, bytes)));
    message.once('error', reject);
    // After `end` it says nothing new.
    message.once('close', () => reject(new Error('the connection was closed before the whole body had come')));
  });
}

/** Writes the answer; a slow reader slows the body's producer down. Resolves when it is written or the caller is gone. */
export async function respond(response: ServerResponse, answer: Response | Told): Promise<void> {
  if (!(answer instanceof Response)) {
    // Of a known length it leaves in one piece with its headers.
    const length = answer.body === null ? {} : { 'content-length': Buffer.byteLength(answer.body) };
    return void response.writeHead(answer.status, { ...answer.headers, ...length }).end(answer.body ?? undefined);
  }
  const headers: Record<string, string | string[]> = Object.fromEntries(answer.headers);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  response.writeHead(answer.status, headers);
  if (answer.body === null) return void response.end();
  const reader = answer.body.getReader();
  const gone = () => void reader.cancel().catch(() => {});
  response.once('close', gone);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || response.destroyed) break;
      if (!response.write(value)) await drained(response);
    }
  } finally {
    response.off('close', gone);
    response.end();
  }
}

/** Or closed. A listener is not left behind at each wait: a slow reader makes thousands of them. */
export function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      response.off('drain', end);
      response.off('close', end);
      resolve();
    };
    response.on('drain', end);
    response.on('close', end);
  });
}

/** A listener for `http.createServer` that answers every request by one handler. */
export function nodeListener(handle: AskHandler, options: { bodyBytesMax: number; onError: (error: unknown) => void }) {
  return (message: IncomingMessage, response: ServerResponse): void => {
    void answered(message, response, { handle, ...options }).catch((error: unknown) => {
      options.onError(error);
      response.destroy();
    });
  };
}

type Answering = { handle: AskHandler; bodyBytesMax: number; onError: (error: unknown) => void };

async function answered(message: IncomingMessage, response: ServerResponse, { handle, bodyBytesMax, onError }: Answering): Promise<void> {
  const caller = new Caller(response);
  let answer: Response | Told;
  try {
    const body = message.method === 'GET' || message.method === 'HEAD' ? null : await bodyOf(message, bodyBytesMax);
    answer = await handle(new AskedOverHttp(message, body, caller));
  } catch (error) {
    if (response.destroyed) return;
    if (!(error instanceof BodyTooLarge)) onError(error);
    const status = error instanceof BodyTooLarge ? 413 : error instanceof TypeError ? 400 : 500;
    // What is left of a body that was not read whole would be taken for the next request.
    answer = Response.json({ detail: status === 500 ? 'An unexpected failure; the log has the details.' : (error as Error).message }, { status, headers: { connection: 'close' } });
  }
  await respond(response, answer);
}
