'use client';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';

/**
 * Values that live in the address, so that a link shows the same thing to somebody else. Kept here too: the router hears
 * of a change a moment later than a field that is typed in needs.
 */
export function useAddress<Key extends string>(keys: readonly Key[]): [Readonly<Record<Key, string | null>>, (changes: Partial<Record<Key, string | null>>) => void] {
  const params = useSearchParams();
  const [heard, setHeard] = useState(params);
  const [values, setValues] = useState(() => valuesIn(keys, new URLSearchParams(params)));
  if (heard !== params) {
    setHeard(params);
    if (params.toString() === new URLSearchParams(window.location.search).toString()) setValues(valuesIn(keys, new URLSearchParams(params)));
  }
  const change = (changes: Partial<Record<Key, string | null>>) => {
    const next = new URLSearchParams(window.location.search);
    for (const [key, value] of Object.entries<string | null | undefined>(changes)) {
      if (value === null || value === undefined || value === '') next.delete(key);
      else next.set(key, value);
    }
    setValues(valuesIn(keys, next));
    const query = next.toString();
    window.history.replaceState(null, '', `${window.location.pathname}${query === '' ? '' : `?${query}`}`);
  };
  return [values, change];
}

// Exactly the keys asked for.
const valuesIn = <Key extends string>(keys: readonly Key[], params: URLSearchParams) => Object.fromEntries(keys.map((key) => [key, params.get(key)])) as Record<Key, string | null>;
