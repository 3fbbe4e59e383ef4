'use client';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { filterFrom, withFilter, type Filter } from '~/app/lib/rows.ts';

/**
 * Filter and open drawer live in the address, so that a link shows the same thing to somebody else. Only the address
 * changes; nothing is asked of the server. The router hears of it a moment later, too late for a field that is typed in:
 * so the filter is kept here, and taken from the address when something else has changed that.
 */
export function useFilter(): [Filter, (filter: Filter) => void] {
  const params = useSearchParams();
  const [heard, setHeard] = useState(params);
  const [filter, setFilter] = useState(() => filterFrom(new URLSearchParams(params)));
  if (heard !== params) {
    setHeard(params);
    if (params.toString() === new URLSearchParams(window.location.search).toString()) setFilter(filterFrom(new URLSearchParams(params)));
  }
  const change = (next: Filter) => {
    setFilter(next);
    replace(withFilter(new URLSearchParams(window.location.search), next));
  };
  return [filter, change];
}

export function useOpenInstance(): [string | null, (ref: string | null) => void] {
  const params = useSearchParams();
  const open = (ref: string | null) => {
    const next = new URLSearchParams(window.location.search);
    if (ref === null) next.delete('instance');
    else next.set('instance', ref);
    replace(next);
  };
  return [params.get('instance'), open];
}

function replace(params: URLSearchParams): void {
  const query = params.toString();
  window.history.replaceState(null, '', `${window.location.pathname}${query === '' ? '' : `?${query}`}`);
}
