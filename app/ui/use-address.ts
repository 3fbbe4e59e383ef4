'use client';
import { usePathname, useSearchParams } from 'next/navigation';
import { useState, useSyncExternalStore } from 'react';
import { withParams } from '~/app/lib/params.ts';

/**
 * What a page shows and filters by lives in the address, so that a link shows the same thing to somebody else. Only the
 * address changes; nothing is asked of the server. The router hears of it a moment later, too late for a field that is
 * typed in: so the address itself is read, and the router only while it is on its way to another page. With `history`
 * each change is a step that the browser's way back undoes.
 */
type Options = { readonly history?: boolean };

export function useAddressValue<T>(read: (params: URLSearchParams) => T, write: (params: URLSearchParams, value: T) => URLSearchParams, { history = false }: Options = {}): [T, (value: T) => void] {
  const path = usePathname();
  const heard = useSearchParams().toString();
  const search = useSyncExternalStore(listen, () => (window.location.pathname === path ? new URLSearchParams(window.location.search).toString() : heard), () => heard);
  // The same object as long as the address is the same, so that what follows from it is worked out once.
  const [kept, setKept] = useState(() => ({ search, value: read(new URLSearchParams(search)) }));
  const now = kept.search === search ? kept : { search, value: read(new URLSearchParams(search)) };
  if (now !== kept) setKept(now);
  const change = (next: T) => writeAddress(write(new URLSearchParams(window.location.search), next), { history });
  return [now.value, change];
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
  window.dispatchEvent(new Event(written));
}

/** A browser tells of the way back, but not of what a script writes. */
const written = 'coterie:address';

function listen(changed: () => void): () => void {
  for (const name of ['popstate', written]) window.addEventListener(name, changed);
  return () => {
    for (const name of ['popstate', written]) window.removeEventListener(name, changed);
  };
}
