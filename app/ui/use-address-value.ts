'use client';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';

/**
 * What a page filters by lives in the address, so that a link shows the same thing to somebody else. Only the address
 * changes; nothing is asked of the server. The router hears of it a moment later, too late for a field that is typed in:
 * so the value is kept here, and taken from the address when something else has changed that.
 */
export function useAddressValue<T>(read: (params: URLSearchParams) => T, write: (params: URLSearchParams, value: T) => URLSearchParams): [T, (value: T) => void] {
  const params = useSearchParams();
  const [heard, setHeard] = useState(params);
  const [value, setValue] = useState(() => read(new URLSearchParams(params)));
  if (heard !== params) {
    setHeard(params);
    if (params.toString() === new URLSearchParams(window.location.search).toString()) setValue(read(new URLSearchParams(params)));
  }
  const change = (next: T) => {
    setValue(next);
    replaceAddress(write(new URLSearchParams(window.location.search), next));
  };
  return [value, change];
}

export function replaceAddress(params: URLSearchParams): void {
  const query = params.toString();
  window.history.replaceState(null, '', `${window.location.pathname}${query === '' ? '' : `?${query}`}`);
}
