/** The closed set of errors, and how each surface says them. One table: HTTP status, tRPC code, CLI exit code. */
export const errors = {
  BAD_INPUT: { http: 400, trpc: 'BAD_REQUEST', exit: 2, title: 'The input is not valid' },
  UNAUTHENTICATED: { http: 401, trpc: 'UNAUTHORIZED', exit: 5, title: 'Sign in first' },
  FORBIDDEN: { http: 403, trpc: 'FORBIDDEN', exit: 5, title: 'Your role does not allow this' },
  NOT_FOUND: { http: 404, trpc: 'NOT_FOUND', exit: 3, title: 'There is no such object' },
  CONFLICT: { http: 409, trpc: 'CONFLICT', exit: 4, title: 'Something else is in the way' },
  STALE_VERSION: { http: 412, trpc: 'PRECONDITION_FAILED', exit: 4, title: 'Somebody was faster' },
  REFUSED: { http: 422, trpc: 'UNPROCESSABLE_CONTENT', exit: 6, title: 'Refused as unsafe' },
  LIMITED: { http: 429, trpc: 'TOO_MANY_REQUESTS', exit: 1, title: 'Too many requests' },
  UNAVAILABLE: { http: 503, trpc: 'SERVICE_UNAVAILABLE', exit: 1, title: 'What is needed cannot be reached' },
  TIMED_OUT: { http: 504, trpc: 'GATEWAY_TIMEOUT', exit: 7, title: 'Still running when the time was up' },
  INTERNAL: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', exit: 1, title: 'A defect in Coterie' },
} as const;

export type ErrorCode = keyof typeof errors;

/** `data` names the things involved (uuids, versions); `message` says what to do. */
export class CoterieError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly data: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = 'CoterieError';
  }
}

/** The same failure as a value: what agents answer and the event stream carries. RFC 9457 names where they fit. */
export type Problem = { code: ErrorCode; title: string; detail: string; data: Record<string, unknown> };

export function problemOf(error: unknown): Problem {
  if (error instanceof CoterieError) return { code: error.code, title: errors[error.code].title, detail: error.message, data: error.data };
  return { code: 'INTERNAL', title: errors.INTERNAL.title, detail: 'An unexpected failure; the server log has the details.', data: {} };
}
