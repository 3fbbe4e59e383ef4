'use client';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useApi } from '~/app/api.tsx';
import { rowsMax } from '~/app/lib/console.ts';
import { ConsoleStore } from './console-store.ts';

/** The console of one instance in this tab. */
export function useConsole(uuid: string, timeoutMs: number) {
  const api = useApi();
  const deadline = useRef(timeoutMs);
  useEffect(() => {
    deadline.current = timeoutMs;
  });
  const [store] = useState(() => {
    const key = `coterie console ${uuid}`;
    return new ConsoleStore({
      // Data is missing from previews only.
      evaluate: async (command) => (await api.instance.eval.mutate({ instance: uuid, ...command, timeoutMs: deadline.current, rowsMax })).data!,
      now: () => Date.now(),
      kept: { read: () => sessionStorage.getItem(key), write: (text) => sessionStorage.setItem(key, text) },
    });
  });
  return { ...useSyncExternalStore(store.subscribe, store.get, store.get), store };
}
