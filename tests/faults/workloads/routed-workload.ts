/** Through routers: payments within a bucket, each noted with it, rows of a set, and reads that say at once what is wrong. */
import type { Asked } from '../history/operation.ts';

/** Few enough that clients, hand-overs and faults meet in them. */
export const bucketsOfBank = 120;
/** By their numbers, from 1 on. */
export const accountsEach = 4;
export const accountStart = 100;
/** Rows of each bucket that nobody asks for, so that a hand-over takes a while. */
export const ballastEach = 300;

/** Both routers are asked in turn: two of each. */
const lastSums = 2 * bucketsOfBank;

type Options = { readonly random: () => number; readonly firstId: number };

/** Reads stand beside writes: what was paid a moment ago by one router is looked for by the other. */
export function routedWorkload({ random, firstId }: Options): () => Asked {
  const below = (end: number) => Math.floor(random() * end);
  const bucket = () => 1 + below(bucketsOfBank);
  let id = firstId;
  let paid: { readonly id: number; readonly bucket: number } | null = null;
  return () => {
    const chance = random();
    if (paid !== null && chance < 0.15) return { f: 'look', value: { ...paid, there: null } };
    if (chance < 0.3) return { f: 'sum', value: { bucket: bucket(), of: random() < 0.5 ? 'master' : 'any', sum: null } };
    if (chance < 0.31) return { f: 'members', value: null };
    id += 1;
    if (chance < 0.6) return { f: 'add', value: id };
    paid = { id, bucket: bucket() };
    return { f: 'pay', value: { ...paid, from: 1 + below(accountsEach), to: 1 + below(accountsEach), amount: 1 + below(5) } };
  };
}

/** Each bucket by both routers, and all of the set. */
export function routedReads(): readonly Asked[] {
  const sums = Array.from({ length: lastSums }, (_, at): Asked => ({ f: 'sum', value: { bucket: 1 + Math.floor(at / 2), of: 'master', sum: null } }));
  return [...sums, { f: 'members', value: null }, { f: 'members', value: null }];
}
