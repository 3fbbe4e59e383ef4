import { errors, type Problem } from '~/contract/errors.ts';

/** What a call's answer looks like on the wire: tRPC's own envelope, so that any tRPC client can call an agent too. */

export type Envelope = { readonly result: { readonly data: unknown } } | { readonly error: { readonly message: string; readonly data: { readonly problem: Problem } } };

export const resultText = (data: unknown): string => JSON.stringify({ result: { data } });

export function errorText(problem: Problem, path: string): string {
  const { trpc, http } = errors[problem.code];
  return JSON.stringify({ error: { message: problem.detail, code: -32_603, data: { code: trpc, httpStatus: http, path, problem } } });
}
