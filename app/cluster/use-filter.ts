'use client';
import { useSearchParams } from 'next/navigation';
import { filterFrom, withFilter, type Filter } from '~/app/lib/rows.ts';

/** Filter and open drawer live in the address, so that a link shows the same thing to somebody else. No round trip: only the address changes. */
export function useFilter(): [Filter, (filter: Filter) => void] {
  const params = useSearchParams();
  return [filterFrom(new URLSearchParams(params)), (filter) => replace(withFilter(new URLSearchParams(window.location.search), filter))];
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
