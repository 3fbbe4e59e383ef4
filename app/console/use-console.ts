'use client';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useApi } from '~/app/api.tsx';
import { rowsMax } from '~/app/lib/console.ts';
import { ConsoleStore, type Where } from './console-store.ts';

/** One console of this tab; `name` tells its history from that of others. */
export function useConsole(name: string, where: Where, timeoutMs: number) {
  const api = useApi();
  const now = useRef({ where, timeoutMs });
  useEffect(() => {
    now.current = { where, timeoutMs };
  });
  const [store] = useState(() => {
    const key = `coterie console ${name}`;
    return new ConsoleStore({
      // Data is missing from previews only.
      evaluate: async (command, { on, write }) => (await api.console.eval.mutate({ on, write, ...command, timeoutMs: now.current.timeoutMs, rowsMax })).data!.answers,
      where: () => now.current.where,
      now: () => Date.now(),
      kept: { read: () => sessionStorage.getItem(key), write: (text) => sessionStorage.setItem(key, text) },
    });
  });
  return { ...useSyncExternalStore(store.subscribe, store.get, store.get), store };
}
