import { randomUUID } from 'node:crypto';
import { CoterieError } from '~/contract/errors.ts';
import { surfaces, type Surface } from '~/contract/shapes/config.ts';
import type { Asked } from '~/link/asked.ts';
import type { Context, Services } from '~/server/handlers/context.ts';

/** Turns an HTTP request into the `Context` that handlers get: who calls, from where, and may this page call at all. */

export type Called = {
  readonly context: Context;
  /** `set-cookie` headers that the handler asked for. */
  readonly cookies: string[];
  /** Rows in all, where the answer is one page of them. */
  readonly total: () => number | null;
  /** The caller again, as of now: for long streams. */
  readonly again: () => Promise<Context['actor']>;
};

export type CallerOptions = {
  readonly services: Services;
  /** Origin under which browsers reach this server, where it is not the request's own host (a proxy in front). */
  readonly publicOrigin: string | null;
};

type HttpCaller = Pick<Asked, 'method' | 'headers'>;

export async function callerOf(request: HttpCaller, address: string | null, { services, publicOrigin, surface }: CallerOptions & { surface: 'rest' | 'trpc' }): Promise<Called> {
  const credentials = { cookie: request.headers.get('cookie'), authorization: request.headers.get('authorization'), address };
  const actor = await services.access.authenticate(credentials);
  if (request.method !== 'GET' && request.method !== 'HEAD') refuseForeignPage(request, { publicOrigin, byCookie: actor?.via === 'session' });
  const cookies: string[] = [];
  let total: number | null = null;
  const context: Context = {
    actor,
    surface: surfaceOf(request, surface),
    address,
    agent: request.headers.get('user-agent')?.slice(0, 200) ?? null,
    requestId: randomUUID(),
    services,
    setCookie: (header) => void cookies.push(header),
    setTotal: (rows) => void (total = rows),
  };
  return { context, cookies, total: () => total, again: () => services.access.authenticate(credentials) };
}

/** The dashboard and the CLI say who they are; anybody may, it is for the reader of the audit log and decides nothing. */
function surfaceOf(request: HttpCaller, fallback: Surface): Surface {
  const claimed = request.headers.get('x-coterie-surface');
  return surfaces.find((surface) => surface === claimed && surface !== 'system') ?? fallback;
}

/**
 * CSRF: a browser sends our cookie along with a request that another site's page made, but says which page it was.
 * Without a cookie there is nothing to steal; an `Origin` that is not ours is refused all the same (login CSRF).
 */
function refuseForeignPage(request: HttpCaller, { publicOrigin, byCookie }: { publicOrigin: string | null; byCookie: boolean }): void {
  const origin = request.headers.get('origin');
  if (origin === null) {
    if (byCookie) throw new CoterieError('FORBIDDEN', 'A change signed by a session cookie needs an Origin header; programs should send an API token.');
    return;
  }
  if (origin === publicOrigin) return;
  const host = request.headers.get('host');
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw new CoterieError('FORBIDDEN', `The page at ${origin} may not call this server.`, { origin });
}
