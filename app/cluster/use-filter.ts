'use client';
import { useSearchParams } from 'next/navigation';
import { filterFrom, withFilter, type Filter } from '~/app/lib/filter.ts';
import { arrangementFrom, withArrangement, type Arrangement } from '~/app/lib/groups.ts';
import { useAddressValue, writeAddress } from '~/app/ui/use-address.ts';

export const useFilter = (): [Filter, (filter: Filter) => void] => useAddressValue(filterFrom, withFilter);

export const useArrangement = (): [Arrangement, (arrangement: Arrangement) => void] => useAddressValue(arrangementFrom, withArrangement);

/** The open drawer is in the address too, on every page. */
export function useOpenInstance(): [string | null, (ref: string | null) => void] {
  const params = useSearchParams();
  const open = (ref: string | null) => {
    const next = new URLSearchParams(window.location.search);
    if (ref === null) next.delete('instance');
    else next.set('instance', ref);
    writeAddress(next);
  };
  return [params.get('instance'), open];
}
