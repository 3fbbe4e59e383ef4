/** The stateboard's words: msgpack maps and rows, as lua/stateboard/ takes and gives them. */
import type { Value, Writable } from '~/iproto/values/value.ts';
import { NoSession, type Transaction, type Verdict } from '../client/backend.ts';
import { LimitExceeded, ProviderUnavailable } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Entry, Snapshot } from '../provider.ts';

/** A field of a map; null where there is none. */
export function field(value: Value, name: string): Value {
  return value instanceof Map ? (value.get(name) ?? null) : null;
}

/** Throws ProviderUnavailable: what answers is no stateboard of this version. */
export function integer(value: Value): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new ProviderUnavailable('an answer of the stateboard has no number where one belongs');
  return value;
}

function text(value: Value): string {
  if (typeof value !== 'string') throw new ProviderUnavailable('an answer of the stateboard has no text where one belongs');
  return value;
}

export function rows(value: Value): readonly Value[][] {
  return Array.isArray(value) ? value.map((row) => (Array.isArray(row) ? row : [])) : [];
}

/** Rows of key, value, revision. */
function entries(value: Value, keys: readonly string[]): Map<string, Entry | null> {
  const result = new Map<string, Entry | null>(keys.map((key) => [key, null]));
  for (const [key = null, held = null, revision = null] of rows(value)) result.set(text(key), { value: text(held), revision: integer(revision) });
  return result;
}

export function snapshotOf(value: Value, keys: readonly string[]): Snapshot {
  const found = entries(field(value, 'entries'), keys);
  if (found.size > limits.listedMax + keys.length) throw new LimitExceeded('keys under one prefix', found.size, limits.listedMax);
  return { revision: integer(field(value, 'revision')), entries: found };
}

export function orderOf({ slot, id, when, put, remove, takesOver }: Transaction): Writable {
  return {
    slot, id, when, remove,
    put: put.map(({ key, value, session }) => ({ key, value, ...(session === undefined ? {} : { session }) })),
    takes_over: takesOver,
  };
}

/** Throws ProviderUnavailable while it settles, NoSession. */
export function verdictOf(value: Value, { when }: Transaction, attempts: number): Verdict {
  const kind = field(value, 'kind');
  switch (kind) {
    case 'done':
      return { kind, revision: integer(field(value, 'revision')) };
    case 'refused':
      return { kind, revision: integer(field(value, 'revision')), found: entries(field(value, 'found'), when.map(({ key }) => key)) };
    case 'moved': {
      const slot = field(value, 'slot');
      return { kind, slot: slot === null ? null : { value: text(field(slot, 'value')), revision: integer(field(slot, 'revision')) }, attempts };
    }
    case 'settling':
      throw new ProviderUnavailable('the stateboard was just restarted: take-overs wait until leases of before are over', [], integer(field(value, 'ms')));
    case 'no_session':
      throw new NoSession(`the session of ${text(field(value, 'key'))} is over`);
    default:
      throw new ProviderUnavailable('an answer of the stateboard that is none');
  }
}
