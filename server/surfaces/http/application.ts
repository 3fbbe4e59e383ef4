import type { Asked, Told } from '~/link/asked.ts';
import { docs, docsPath } from '~/server/surfaces/docs.ts';
import { secured } from './headers.ts';
import { openapi } from '~/server/surfaces/openapi.ts';
import { rest, restPath, type RestOptions } from '~/server/surfaces/rest.ts';
import { trpc, trpcPath } from '~/server/surfaces/trpc.ts';
import type { ServerFamilies } from '~/server/surfaces/families.ts';
import { expositionType, type Exposition } from '~/core/metrics/exposition.ts';

/** Which surface answers which path. Null: none of ours, so a page of the dashboard. */

/** `reasons` empty: ready. They are for the person who reads a failed probe. `hopeless`: asking again is no use before a person has done something. */
export type Readiness = { readonly reasons: readonly string[]; readonly hopeless: boolean };

export type ApplicationOptions = RestOptions & {
  /** The folder with public/ and package.json. */
  readonly root: string;
  readonly version: string;
  readonly metrics: Exposition<ServerFamilies>;
  readonly https: boolean;
  readonly readiness: (query: URLSearchParams) => Promise<Readiness>;
};

export function application(options: ApplicationOptions) {
  let document: string | null = null;
  const answer = async (request: Asked, address: string | null): Promise<Response | Told | null> => {
    const { pathname, searchParams } = new URL(request.url);
    if (within(pathname, restPath)) return rest(request, address, options);
    if (within(pathname, trpcPath)) return trpc(request.toRequest(), address, options);
    if (within(pathname, docsPath)) return (await docs(pathname, options.root)) ?? missing(pathname);
    switch (pathname) {
      case '/api/openapi.json':
        document ??= JSON.stringify(openapi(options.version));
        return new Response(document, { headers: { 'content-type': 'application/json' } });
      case '/livez':
        return new Response('ok\n', { headers: { 'content-type': 'text/plain' } });
      case '/readyz':
        return ready(await options.readiness(searchParams));
      case '/metrics':
        return new Response(options.metrics.text(), { headers: { 'content-type': expositionType } });
      default:
        return within(pathname, '/api') ? missing(pathname) : null;
    }
  };
  return async (request: Asked, address: string | null): Promise<Response | Told | null> => {
    const response = await answer(request, address);
    return response === null ? null : secured(response, options);
  };
}

/** Paths of ours: what `application` answers. Known before a body is read. */
export const isOurs = (pathname: string) => within(pathname, '/api') || pathname === '/livez' || pathname === '/readyz' || pathname === '/metrics';

const within = (pathname: string, folder: string) => pathname === folder || pathname.startsWith(`${folder}/`);

const missing = (pathname: string) =>
  Response.json({ type: 'urn:coterie:error:NOT_FOUND', title: 'There is no such object', status: 404, detail: `Nothing is at ${pathname}; /api/docs lists all operations.`, code: 'NOT_FOUND', data: {} }, { status: 404, headers: { 'content-type': 'application/problem+json' } });

function ready({ reasons, hopeless }: Readiness): Response {
  if (reasons.length === 0) return new Response('ok\n', { headers: { 'content-type': 'text/plain' } });
  return new Response(`${reasons.join('\n')}\n`, { status: 503, headers: { 'content-type': 'text/plain', ...(hopeless ? {} : { 'retry-after': '1' }) } });
}
