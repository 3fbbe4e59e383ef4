'use client';
import { useSearchParams } from 'next/navigation';
import { addressFrom, withAddress, type ConfigAddress } from '~/app/lib/config-address.ts';

/** What is shown lives in the address: a link shows the same to somebody else, and the browser's way back goes back. */
export function useAddress(): [ConfigAddress, (next: Partial<ConfigAddress>) => void] {
  const params = useSearchParams();
  const address = addressFrom(new URLSearchParams(params));
  const change = (next: Partial<ConfigAddress>) => {
    const query = withAddress(new URLSearchParams(window.location.search), { ...address, ...next }).toString();
    window.history.pushState(null, '', `${window.location.pathname}${query === '' ? '' : `?${query}`}`);
  };
  return [address, change];
}
