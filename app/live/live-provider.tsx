'use client';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useCallback, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { initialLive, type Live } from '~/app/lib/live.ts';
import { LiveStore, type Source } from './live-store.ts';
import { Ticker } from './ticker.ts';

type Sources = { readonly store: LiveStore; readonly ticker: Ticker };
const Context = createContext<Sources | null>(null);

export const later = (run: () => void, delayMs: number) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

/** Opens the stream while the pages behind the sign-in are shown. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [sources] = useState<Sources>(() => ({
    store: new LiveStore({
      open: () => new EventSource('/api/v1/cluster/watch') satisfies Source,
      now: () => Date.now(),
      later,
      refused: () => void queries.invalidateQueries({ queryKey: ['session'] }),
    }),
    ticker: new Ticker(() => Date.now()),
  }));
  useEffect(() => {
    sources.store.start();
    return () => sources.store.stop();
  }, [sources]);
  return <Context value={sources}>{children}</Context>;
}

function useSources(): Sources {
  const sources = use(Context);
  if (!sources) throw new Error('no live data around this component');
  return sources;
}

const before = () => initialLive;

export function useLive(): Live {
  const { store } = useSources();
  return useSyncExternalStore(store.subscribe, store.get, before);
}

/** The server's present, once a second: what ages are counted against. Zero before the page is alive. */
export function useServerNow(): number {
  const { store, ticker } = useSources();
  const now = useSyncExternalStore(ticker.subscribe, ticker.get, () => 0);
  // Rounded, so that the jitter of single messages makes no age jump.
  const skewMs = useSyncExternalStore(store.subscribe, useCallback(() => Math.round(store.get().skewMs / 500) * 500, [store]), () => 0);
  return now - skewMs;
}
