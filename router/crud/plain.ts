/** Maps with text for keys as plain objects, for what our own Lua says. */
import type { Value, Writable } from '~/iproto/index.ts';

export type Plain = Writable;

export function toPlain(value: Value): Value | { [key: string]: unknown } | unknown[] {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), toPlain(item)]));
  return Array.isArray(value) ? value.map(toPlain) : value;
}
