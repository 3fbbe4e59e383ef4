'use client';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import type { Filter } from '~/app/lib/gossip.ts';
import { gossipStates } from '~/contract/shapes/view.ts';

export type Shown = Filter & { /** The first agent whose view is asked for, where there are many. */ readonly from: number };

const shownFrom = (params: URLSearchParams): Shown => ({
  search: params.get('q') ?? '',
  state: gossipStates.find((state) => state === params.get('state')) ?? null,
  from: Math.max(0, Math.trunc(Number(params.get('from') ?? 0)) || 0),
});

/** What is shown lives in the address, so that a link shows the same to somebody else; it is kept here too, since the router hears of it too late for a field that is typed in. */
export function useShown(): { shown: Shown; show: (next: Shown) => void; /** Alias or uuid of the row that a link points to. */ pointed: string | null } {
  const params = useSearchParams();
  const [shown, setShown] = useState(() => shownFrom(new URLSearchParams(params)));
  const show = (next: Shown) => {
    setShown(next);
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of [['q', next.search], ['state', next.state], ['from', next.from === 0 ? '' : String(next.from)]] as const) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    window.history.replaceState(null, '', `${window.location.pathname}${query.size === 0 ? '' : `?${query.toString()}`}`);
  };
  return { shown, show, pointed: params.get('member') };
}
