import { errors, type ErrorCode } from '~/contract/errors.ts';
import { durationText, timeText } from './format.ts';

/** A failure of a call as the page tells it: what went wrong, and what to do. */
export type Shown = { readonly code: ErrorCode; readonly title: string; readonly detail: string; readonly data: Record<string, unknown> };

type Carried = { problem?: unknown; code?: unknown };

/** Reads what the server put into a tRPC error; anything else is a connection that failed. */
export function problemFrom(error: unknown): Shown {
  const carried = (error as { data?: Carried | null } | null)?.data;
  const problem = carried?.problem as Partial<Shown> | undefined;
  const code = codeOf(problem?.code) ?? codeOfTrpc(carried?.code);
  if (code === null) {
    return { code: 'UNAVAILABLE', title: 'The server does not answer', detail: 'Nothing is known of what was asked. Check that `coterie server` runs, then try again.', data: {} };
  }
  const message = error instanceof Error ? error.message : '';
  return { code, title: errors[code].title, detail: problem?.detail ?? message, data: problem?.data ?? {} };
}

const codeOf = (code: unknown): ErrorCode | null => (typeof code === 'string' && code in errors ? (code as ErrorCode) : null);

function codeOfTrpc(code: unknown): ErrorCode | null {
  const found = Object.entries(errors).find(([, { trpc }]) => trpc === code);
  return found ? (found[0] as ErrorCode) : null;
}

/** What the server says of single fields of the input. */
export function fieldErrors({ data }: Shown): Readonly<Record<string, string>> {
  const issues: readonly unknown[] = Array.isArray(data.issues) ? data.issues : [];
  return Object.fromEntries(issues.flatMap((issue) => {
    const { field, message } = issue as { field?: unknown; message?: unknown };
    return typeof field === 'string' && field !== '' && typeof message === 'string' ? [[field, message]] : [];
  }));
}

/** A wrong secret is told where it was typed, and nowhere else. */
export const saidAtField = (problem: Shown): boolean => problem.code === 'FORBIDDEN' && Object.keys(fieldErrors(problem)).length > 0;

/** "Locked until 14:05:12 UTC+2 (4 min 10 s)": null when the failure names no such time. `at` is when the answer came. */
export function lockText({ data }: Shown, at: number): string | null {
  const { retryAfterMs } = data;
  return typeof retryAfterMs === 'number' ? `Locked until ${timeText(at + retryAfterMs)} (${durationText(Math.max(1000, retryAfterMs))}).` : null;
}
