import type { Memory } from '~/agent/data/memory.ts';

/**
 * Leadership that was held under an older version is still good when every version in between is known here: each was
 * made from the one before, so nobody can have been given it under a version that this instance has missed.
 */
export function stillHeld(held: Memory['held'], current: { version: number; replicaset: string }, bases: ReadonlyMap<number, number | null>): boolean {
  if (held === null || held.replicaset !== current.replicaset) return false;
  let version = current.version;
  while (version > held.version) {
    const base = bases.get(version);
    if (base === undefined || base === null || base >= version) return false;
    version = base;
  }
  return version === held.version;
}
