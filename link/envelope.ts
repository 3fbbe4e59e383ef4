import type { Problem } from '~/contract/errors.ts';

/** What an agent answers, as JSON: what was asked for, or why not. */

export type Envelope = { readonly data?: unknown } | { readonly problem: Problem };

export const dataText = (data: unknown): string => JSON.stringify({ data });

export const problemText = (problem: Problem): string => JSON.stringify({ problem });
