import type { DatabaseStatus } from '~/contract/shapes/status.ts';
import type { Health } from '~/contract/shapes/view.ts';

/** The memory of a Tarantool as bars: how much of what is in use. */

export type Bar = { readonly label: string; readonly about: string; readonly usedBytes: number; readonly bytes: number; readonly health: Health };

/** As the catalogue of issues judges memory. */
const judged = (ratio: number): Health => (ratio >= 0.9 ? 'critical' : ratio >= 0.8 ? 'warning' : 'ok');

export function slabBars({ quotaBytes, quotaUsedBytes, arenaBytes, arenaUsedBytes, itemsBytes, itemsUsedBytes }: DatabaseStatus['slab']): Bar[] {
  return [
    { label: 'In use of the quota', about: 'Tuples, indexes and what is between them, of memtx_memory: at 100 % no row can be written', usedBytes: arenaUsedBytes, bytes: quotaBytes, health: judged(quotaBytes === 0 ? 0 : arenaUsedBytes / quotaBytes) },
    { label: 'Taken from the system', about: 'Slabs that were taken, of memtx_memory; what is taken is kept', usedBytes: quotaUsedBytes, bytes: quotaBytes, health: 'ok' },
    { label: 'Arena', about: 'In use of the slabs taken: tuples and indexes', usedBytes: arenaUsedBytes, bytes: arenaBytes, health: 'ok' },
    { label: 'Tuples', about: 'In use of the slabs for tuples: a low share is fragmentation', usedBytes: itemsUsedBytes, bytes: itemsBytes, health: 'ok' },
  ];
}

const memoryWords: Readonly<Record<string, string>> = { data: 'Tuples', index: 'Indexes', lua: 'Lua', net: 'Connections', tx: 'Transactions', cache: 'Vinyl cache' };

/** `box.info.memory()`, biggest first. */
export const memoryRows = (memory: DatabaseStatus['memory']): { label: string; bytes: number }[] => Object.entries(memory).map(([name, bytes]) => ({ label: memoryWords[name] ?? name, bytes })).toSorted((a, b) => b.bytes - a.bytes);
