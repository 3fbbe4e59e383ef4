import { bytes, percent } from '~/core/view/words.ts';
import type { InstanceRow } from './row.ts';

/** What runs out. */

const mib = 1024 ** 2;
const gib = 1024 ** 3;
/** Tarantool reserves a piece of its log ahead; what is left below that is for nobody. */
const fullBytes = 4 * mib;
/** Indexes take a slab of their own, often hardly used, that no tuple gets: of a memory of 64 MiB a quarter is never used. */
const slabBytes = 16 * mib;

export const resourceRows: readonly InstanceRow[] = [
  {
    code: 'memory-low', about: 'instance', severity: 'warning', badge: 'memory low', graceMs: 0,
    means: 'Tarantool has used 90 % of its memory quota and of its arena, but for one slab (16 MiB) that indexes hold (warning), and of its items as well (critical: writes fail when it is full).',
    todo: 'Raise memtx_memory, delete data, or add a replicaset.',
    find: ({ alias, status }) => {
      const slab = status?.database?.slab;
      // As Tarantool's manual says: quota and arena may be full of free places; only full items mean that nothing is left.
      if (!slab || slab.quotaUsedRatio <= 0.9 || slab.arenaUsedBytes + slabBytes <= 0.9 * slab.arenaBytes || slab.itemsUsedRatio <= 0.6) return null;
      const full = slab.itemsUsedRatio > 0.9;
      return {
        severity: full ? 'critical' : 'warning',
        sentence: `${alias} has used ${bytes(slab.quotaUsedBytes)} of ${bytes(slab.quotaBytes)} (${percent(slab.quotaUsedRatio)})${full ? ': it refuses writes when the rest is gone.' : ', much of it in fragments.'}`,
        wayOut: full ? 'Raise memtx_memory (it can grow while Tarantool runs), delete data, or add a replicaset.' : 'Raise memtx_memory, or restart it at a quiet time: a restart mends fragmentation.',
      };
    },
  },
  {
    code: 'disk-full', about: 'instance', severity: 'critical', badge: 'disk full', graceMs: 0,
    means: `Less than ${fullBytes / mib} MiB are left where the data is: writes fail, configurations are refused, and an agent that is started there ends again.`,
    todo: 'Make room: everything goes on by itself then.',
    find: ({ alias, status }, { since }) => {
      if (!status || status.disk.totalBytes <= 0 || status.disk.freeBytes >= fullBytes) return null;
      return {
        sentence: `The disk of ${alias} is full since ${since()} (${bytes(status.disk.freeBytes)} of ${bytes(status.disk.totalBytes)} left): every write to it fails, and it refuses each change of the configuration.`,
        wayOut: `Delete what is not needed on that host, old logs and snapshots first, or give its data directory a bigger disk. ${alias} goes on by itself then.`,
      };
    },
  },
  {
    code: 'disk-low', about: 'instance', severity: 'warning', badge: 'disk low', graceMs: 0,
    means: 'Little room is left where the data is: below 10 % and 20 GiB (warning), below 3 % and 5 GiB (critical).',
    todo: 'Make room: a full disk stops every write.',
    find: ({ alias, status }) => {
      if (!status || status.disk.totalBytes <= 0) return null;
      const { freeBytes, totalBytes } = status.disk;
      const ratio = freeBytes / totalBytes;
      if (ratio >= 0.1 || freeBytes >= 20 * gib || freeBytes < fullBytes) return null;
      const critical = ratio < 0.03 && freeBytes < 5 * gib;
      return {
        severity: critical ? 'critical' : 'warning',
        sentence: `The disk of ${alias} has ${bytes(freeBytes)} of ${bytes(totalBytes)} left (${percent(ratio)})${critical ? ': when it is full, every write fails.' : '.'}`,
        wayOut: 'Delete what is not needed on that host, or give its data directory a bigger disk.',
      };
    },
  },
];
