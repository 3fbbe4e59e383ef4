'use client';
import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { initialLog, type Log } from '~/app/lib/log.ts';
import { later, useLive } from './live-provider.tsx';
import { logDefaults, LogStore, type LogSource } from './log-store.ts';

type Options = { /** So many old lines come first. */ readonly oldLines?: number; /** No more are kept. */ readonly linesMax?: number };

const before = () => initialLog;

/** Follows the log of one instance while it is looked at. A browser opens few streams to one server, for all its tabs together. */
export function useLog(instance: string, { oldLines = 200, linesMax = logDefaults.linesMax }: Options = {}): Log {
  const { connection } = useLive();
  const visible = useDocumentVisibility() === 'visible';
  const [store] = useState(() => new LogStore({ open: () => new EventSource(`/api/v1/instance/${instance}/follow-logs?lines=${oldLines}`) satisfies LogSource, later }, { ...logDefaults, linesMax }));
  // Comments of the server that it is still there reach no script. The stream of the cluster does notice: when that has
  // been cut and is back, this one is opened anew too.
  const cut = connection.kind === 'reconnecting';
  useEffect(() => {
    if (!visible || cut) return;
    store.start();
    return () => store.stop();
  }, [store, visible, cut]);
  return useSyncExternalStore(store.subscribe, store.get, before);
}
