import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expositionType } from '~/core/metrics/exposition.ts';

/**
 * Who may read /metrics: this host without a token, others as the setting says. A request that came through a proxy is not
 * of this host, whatever address it comes from.
 */

export type MetricsAccess = {
  /** `loopback`: this host, and whoever has the token. `any`: all who reach the address. `off`: nobody. */
  readonly from: 'loopback' | 'any' | 'off';
  /** Null: there is none. */
  readonly token: string | null;
};

export const metricsPath = '/metrics';

type Asking = { readonly address: string | undefined; readonly headers: IncomingMessage['headers'] };

export function mayRead({ from, token }: MetricsAccess, { address, headers }: Asking): boolean {
  if (from === 'off') return false;
  if (from === 'any') return true;
  if (isLoopback(address) && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined) return true;
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return token !== null && given !== undefined && timingSafeEqual(digest(given), digest(token));
}

const isLoopback = (address: string | undefined) => address !== undefined && /^(::1$|(::ffff:)?127\.)/.test(address);

const digest = (text: string) => createHash('sha256').update(text).digest();

/** False: it was not about /metrics. */
export function answeredMetrics(access: MetricsAccess, read: () => Promise<string>) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.url?.split('?', 1)[0] !== metricsPath) return false;
    const send = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') send(405, 'GET or HEAD.\n');
    else if (access.from === 'off') send(404, 'This agent shows no metrics (--metrics off).\n');
    else if (!mayRead(access, { address: request.socket.remoteAddress, headers: request.headers })) send(401, 'From another host this needs the token of --metrics-token-file, or --metrics any.\n');
    else read().then((text) => send(200, text, expositionType), () => send(500, 'The figures could not be read.\n'));
    return true;
  };
}
