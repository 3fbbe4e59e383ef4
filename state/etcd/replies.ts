/** What etcd's error answers mean: whether it was executed, and whether another member would say the same. */
import { NoSession } from '../client/backend.ts';
import { AccessDenied, LimitExceeded, ProviderUnavailable, type StateError } from '../errors.ts';
import type { Failure, Reply } from './endpoint.ts';

export type Meaning =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'again'; readonly reason: string; readonly maybe: boolean; readonly denied: boolean }
  | { readonly kind: 'logIn' }
  | { readonly kind: 'final'; readonly error: StateError };

/** gRPC's codes. */
const codes = { invalidArgument: 3, notFound: 5, permissionDenied: 7, resourceExhausted: 8, failedPrecondition: 9, unauthenticated: 16 } as const;

export function meaningOf(result: Reply | Failure): Meaning {
  if ('reason' in result) return { kind: 'again', reason: result.reason, maybe: result.sent, denied: result.denied };
  const body = parsed(result.text);
  if (result.status === 200) return body === undefined ? { kind: 'again', reason: 'its answer is cut short', maybe: true, denied: false } : { kind: 'ok', body };
  return meaningOfError(body, result.status);
}

/** `body`: `{ message, code }`, of an answer or of a stream's `error`. */
export function meaningOfError(body: unknown, status: number): Meaning {
  const { message = `answers with HTTP ${status}`, code } = (body ?? {}) as { message?: string; code?: number };
  const reason = message.replace(/^etcdserver: /, '').slice(0, 200);
  if (/invalid auth token|auth store is old|user name is empty/.test(message)) return { kind: 'logIn' };
  switch (code) {
    case codes.permissionDenied:
      return { kind: 'final', error: new AccessDenied(`etcd: ${reason}: the user needs a role with readwrite on the whole prefix`) };
    case codes.unauthenticated:
      return { kind: 'logIn' };
    case codes.notFound:
      return { kind: 'final', error: new NoSession(`etcd: ${reason}`) };
    case codes.resourceExhausted:
      // Too busy, or no space: this copy was not executed.
      return { kind: 'again', reason, maybe: false, denied: false };
    case codes.failedPrecondition:
      return { kind: 'final', error: new ProviderUnavailable(`etcd: ${reason}`) };
    case codes.invalidArgument:
      if (/authentication failed/.test(message)) return { kind: 'final', error: new AccessDenied('etcd: wrong user or password') };
      if (/too large|too many operations/.test(message)) return { kind: 'final', error: new LimitExceeded(`etcd: ${reason}`, 1, 0) };
      return { kind: 'final', error: new ProviderUnavailable(`etcd: ${reason}`) };
    case undefined:
      return { kind: 'again', reason, maybe: true, denied: false };
    default:
      return { kind: 'again', reason, maybe: true, denied: false };
  }
}

export function parsed(text: string): unknown {
  try {
    // An error may be followed by the gRPC trailer's name.
    return JSON.parse(text.replace(/Grpc-Trailer-[^}]*$/, ''));
  } catch {
    return undefined;
  }
}
