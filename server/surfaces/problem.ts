import { errors, problemOf } from '~/contract/errors.ts';

/** A failure as RFC 9457 `application/problem+json`. */
export function problemResponse(error: unknown, { requestId, headers = {} }: { requestId: string; headers?: Record<string, string> }): Response {
  const body = problemBody(error, requestId);
  const wait = body.data['retryAfterMs'];
  const retry: Record<string, string> = typeof wait === 'number' ? { 'retry-after': String(Math.ceil(wait / 1000)) } : {};
  return Response.json(body, { status: body.status, headers: { 'content-type': 'application/problem+json', ...retry, ...headers } });
}

export function problemBody(error: unknown, requestId: string) {
  const { code, title, detail, data } = problemOf(error);
  return { type: `urn:coterie:error:${code}`, title, status: errors[code].http, detail, instance: `urn:uuid:${requestId}`, code, data };
}
