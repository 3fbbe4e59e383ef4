import { createHmac } from 'node:crypto';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { addressesOf } from './outside.ts';

/** One POST. No redirect is followed, the whole of it has a deadline, and no more is read of the answer than is shown. */

export type Answer = { readonly ok: boolean; readonly text: string };
export type Posted = { readonly url: string; readonly secret?: string | undefined; readonly body: string; readonly id: string; readonly kind: string; readonly agent: string; readonly nowMs: number; readonly timeoutMs: number };

const shownMax = 200;
const readBytesMax = 4096;

/** `t=<seconds>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>`: the time is in what is signed, so an old message cannot be sent again as a new one. */
export function signatureOf(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

export async function post({ url, secret, body, id, kind, agent, nowMs, timeoutMs }: Posted): Promise<Answer> {
  const target = new URL(url);
  const deadline = AbortSignal.timeout(timeoutMs);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'user-agent': agent,
    'x-coterie-delivery': id,
    'x-coterie-kind': kind,
    ...(secret === undefined ? {} : { 'x-coterie-signature': signatureOf(secret, body, nowMs) }),
  };
  try {
    const addresses = await within(addressesOf(target.hostname), deadline);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (target.protocol === 'https:' ? https : http).request(target, {
        method: 'POST', headers, agent: false, signal: deadline,
        lookup: (_host, options, done) => (options.all ? done(null, addresses) : done(null, addresses[0]!.address, addresses[0]!.family)),
      });
      request.once('response', resolve).once('error', reject).end(body);
    });
    const status = response.statusCode ?? 0;
    const said = await beginning(response, deadline);
    const text = `${status} ${response.statusMessage ?? ''}`.trim() + (status >= 300 && status < 400 ? ', a redirect, which is not followed' : '') + (said === '' ? '' : `: ${said}`);
    return { ok: status >= 200 && status < 300, text };
  } catch (error) {
    return { ok: false, text: deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error) };
  }
}

async function beginning(response: IncomingMessage, deadline: AbortSignal): Promise<string> {
  let read = '';
  // An answer that stops in the middle is one all the same: its status has been said.
  response.once('error', () => undefined);
  const stop = () => response.destroy();
  deadline.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      read += chunk as string;
      if (read.length >= readBytesMax) break;
    }
  } catch {
    // As above.
  } finally {
    deadline.removeEventListener('abort', stop);
    response.destroy();
  }
  return oneLine(read);
}

export const oneLine = (text: string) => text.replace(/[\s\p{Cc}]+/gu, ' ').trim().slice(0, shownMax);

/** Of a failed connection the reasons of all addresses are one error without words. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return oneLine(error.errors.map(messageOf).join('; '));
  return oneLine(error instanceof Error ? error.message : String(error));
}

export function within<T>(promise: Promise<T>, deadline: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error('the time was up'));
    if (deadline.aborted) return late();
    deadline.addEventListener('abort', late, { once: true });
    promise.then(resolve, reject).finally(() => deadline.removeEventListener('abort', late));
  });
}
