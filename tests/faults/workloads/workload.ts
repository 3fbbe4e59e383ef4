/** What clients ask for. Each worker draws its next operation from here: the same seed asks the same. */
import type { Asked } from '../history/operation.ts';
import { routedReads, routedWorkload } from './routed-workload.ts';

/** Of any system. */
export type PlainWorkload = 'set' | 'register' | 'counter' | 'bank';
/** `sharded`: a bank and a set through routers. */
export type WorkloadName = PlainWorkload | 'sharded';

export type WorkloadOptions = {
  readonly random: () => number;
  /** Ids and values are unique over all workers and client processes: each draws from a range of its own. */
  readonly firstId: number;
  /** After so many operations a register is left for a new one: a search takes the longer the more a key has. */
  readonly operationsPerKey?: number;
};

export const bankAccounts = ['a', 'b', 'c', 'd', 'e'] as const;
export const bankStart = 100;
export const bankTotal = bankAccounts.length * bankStart;

const keysAtOnce = 5;

/** Share of reads in each workload but the set, whose whole is read at the end only. */
const readShare = 0.3;

export function workload(name: WorkloadName, options: WorkloadOptions): () => Asked {
  const { random, firstId, operationsPerKey = 500 } = options;
  const below = (end: number) => Math.floor(random() * end);
  const account = () => bankAccounts[below(bankAccounts.length)]!;
  let id = firstId;
  let drawn = 0;
  // The values that this worker wrote last: what its comparisons expect, and sometimes find.
  const written = new Map<string, number>();
  const register = (): Asked => {
    const key = `${Math.floor(drawn / (operationsPerKey * keysAtOnce))}.${below(keysAtOnce)}`;
    drawn += 1;
    const chance = random();
    if (chance < readShare) return { f: 'read', key, value: null };
    const from = written.get(key);
    id += 1;
    written.set(key, id);
    if (from !== undefined && chance > 0.8) return { f: 'cas', key, value: { from, to: id, swapped: false } };
    return { f: 'write', key, value: id };
  };
  const makers = {
    set: (): Asked => ({ f: 'add', value: id++ }),
    register,
    counter: (): Asked => (random() < readShare ? { f: 'count', value: 0 } : { f: 'increment', value: 1 }),
    bank: (): Asked => (random() < readShare ? { f: 'balances', value: {} } : { f: 'transfer', value: { from: account(), to: account(), amount: 1 + below(5) } }),
    sharded: routedWorkload(options),
  } satisfies Record<WorkloadName, () => Asked>;
  return makers[name];
}

/** What is read when all is quiet. */
export function lastReads(name: WorkloadName): readonly Asked[] {
  switch (name) {
    case 'set':
      return [{ f: 'members', value: null }];
    case 'sharded':
      return routedReads();
    case 'register':
      return [];
    case 'counter':
      return [{ f: 'count', value: 0 }];
    case 'bank':
      return [{ f: 'balances', value: {} }];
  }
}
