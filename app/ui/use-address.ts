'use client';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { withParams } from '~/app/lib/params.ts';

/**
 * What a page shows and filters by lives in the address, so that a link shows the same thing to somebody else. Only the
 * address changes; nothing is asked of the server. The router hears of it a moment later, too late for a field that is
 * typed in: so the value is kept here, and taken from the address when something else has changed that. With `history`
 * each change is a step that the browser's way back undoes.
 */
type Options = { readonly history?: boolean };

export function useAddressValue<T>(read: (params: URLSearchParams) => T, write: (params: URLSearchParams, value: T) => URLSearchParams, { history = false }: Options = {}): [T, (value: T) => void] {
  const params = useSearchParams();
  const [heard, setHeard] = useState(params);
  const [value, setValue] = useState(() => read(new URLSearchParams(params)));
  if (heard !== params) {
    setHeard(params);
    if (params.toString() === new URLSearchParams(window.location.search).toString()) setValue(read(new URLSearchParams(params)));
  }
  const change = (next: T) => {
    setValue(next);
    writeAddress(write(new URLSearchParams(window.location.search), next), { history });
  };
  return [value, change];
}

/** Exactly these parameters, as they stand. */
export function useAddress<Key extends string>(keys: readonly Key[]): [Readonly<Record<Key, string | null>>, (changes: Partial<Record<Key, string | null>>) => void] {
  const [values, change] = useAddressValue<Readonly<Record<Key, string | null>>>((params) => valuesIn(keys, params), withParams);
  return [values, (changes) => change(Object.fromEntries(keys.map((key) => [key, (key in changes ? changes[key] : values[key]) || null])) as Record<Key, string | null>)];
}

const valuesIn = <Key extends string>(keys: readonly Key[], params: URLSearchParams) => Object.fromEntries(keys.map((key) => [key, params.get(key)])) as Record<Key, string | null>;

export function writeAddress(params: URLSearchParams, { history = false }: Options = {}): void {
  const query = params.toString();
  window.history[history ? 'pushState' : 'replaceState'](null, '', `${window.location.pathname}${query === '' ? '' : `?${query}`}`);
}
