'use client';
import { initialLog, type Log } from '~/app/lib/log.ts';
import { later } from './live-provider.tsx';
import { logDefaults, LogStore } from './log-store.ts';
import type { StreamSource } from './stream.ts';
import { useFollowed } from './use-followed.ts';

type Options = { /** So many old lines come first. */ readonly oldLines?: number; /** No more are kept. */ readonly linesMax?: number };

/** Follows the log of one instance while it is looked at. */
export function useLog(instance: string, { oldLines = 200, linesMax = logDefaults.linesMax }: Options = {}): Log {
  const open = () => new EventSource(`/api/v1/instance/${instance}/follow-logs?lines=${oldLines}`) satisfies StreamSource;
  return useFollowed(() => new LogStore({ open, later }, { ...logDefaults, linesMax }), initialLog);
}
