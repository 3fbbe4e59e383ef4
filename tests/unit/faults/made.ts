/** Short ways to write histories down. */
import type { Asked, Operation } from '~/tests/faults/history/operation.ts';

export type Made = Partial<Pick<Operation, 'process' | 'outcome' | 'epoch' | 'node'>>;

/** `[invoked, returned]`; without an answer it is an `info`. */
export function made(asked: Asked, [invoked, returned]: readonly [number, number?], more: Made = {}): Operation {
  return { ...asked, process: 0, outcome: returned === undefined ? 'info' : 'ok', invoked, returned: returned ?? null, epoch: null, node: null, ...more };
}

export const add = (value: number, at: readonly [number, number?], more?: Made) => made({ f: 'add', value }, at, more);
export const members = (value: readonly number[], at: readonly [number, number?]) => made({ f: 'members', value }, at);
export const read = (value: number | null, at: readonly [number, number?], key = 'x') => made({ f: 'read', key, value }, at);
export const write = (value: number, at: readonly [number, number?], key = 'x') => made({ f: 'write', key, value }, at);
export const cas = (from: number, to: number, at: readonly [number, number?], swapped = true) => made({ f: 'cas', key: 'x', value: { from, to, swapped } }, at);
export const increment = (value: number, at: readonly [number, number?], more?: Made) => made({ f: 'increment', value }, at, more);
export const count = (value: number, at: readonly [number, number?]) => made({ f: 'count', value }, at);
export const balances = (value: Record<string, number>, at: readonly [number, number?]) => made({ f: 'balances', value }, at);
