import type { Share } from '~/core/rebalance/target.ts';

/** The dumb twin of `target.ts` and `plan.ts`: exact fractions, all subsets, all ways, for a handful of buckets. */

/** Every way to share the buckets that is fair: floors or ceilings of the exact shares, pinned ones kept. Weights are whole numbers. */
export function fairWays(shares: readonly Share[], total: number): number[][] {
  const kept = keptPinned(shares, total);
  if (kept === null) return [];
  const open = shares.filter((share) => !kept.includes(share));
  const left = total - sum(kept.map(({ pinned }) => pinned));
  const weights = sum(open.map(({ weight }) => weight));
  const choices = shares.map((share) => {
    if (kept.includes(share)) return [share.pinned];
    if (weights === 0) return [0];
    const over = (left * share.weight) % weights;
    const floor = (left * share.weight - over) / weights;
    return over === 0 ? [floor] : [floor, floor + 1];
  });
  return product(choices).filter((way) => sum(way) === total);
}

/** The smallest set of replicasets that keep just what is pinned, each as it is more than its share, so that the others' shares hold what is pinned there. */
function keptPinned(shares: readonly Share[], total: number): Share[] | null {
  const subsets = product(shares.map(() => [0, 1])).map((flags) => shares.filter((_, index) => flags[index] === 1)).toSorted((a, b) => a.length - b.length);
  return subsets.find((kept) => {
    const open = shares.filter((share) => !kept.includes(share));
    const left = total - sum(kept.map(({ pinned }) => pinned));
    const weights = sum(open.map(({ weight }) => weight));
    if (kept.some(({ pinned, weight }) => (weights + weight === 0 ? pinned === 0 : pinned * (weights + weight) <= (left + pinned) * weight))) return false;
    if (weights === 0) return left === 0 && open.every(({ pinned }) => pinned === 0);
    return left >= 0 && open.every(({ pinned, weight }) => pinned * weights <= left * weight);
  }) ?? null;
}

/** One bucket at a time, never a pinned one, breadth first: how many moves to the nearest of the ways. */
export function fewestMoves(shares: readonly Share[], ways: readonly (readonly number[])[]): number {
  const goals = new Set(ways.map((way) => way.join()));
  let edge = [shares.map(({ owned }) => owned)];
  const seen = new Set(edge.map((state) => state.join()));
  for (let moves = 0; edge.length > 0; moves++) {
    if (edge.some((state) => goals.has(state.join()))) return moves;
    edge = edge.flatMap((state) =>
      state.flatMap((count, from) => (count > shares[from]!.pinned ? state.map((_, to) => state.map((value, index) => value - Number(index === from) + Number(index === to))) : [])),
    ).filter((state) => !seen.has(state.join()) && seen.add(state.join()));
  }
  return Infinity;
}

const product = (choices: readonly (readonly number[])[]): number[][] => choices.reduce<number[][]>((ways, options) => ways.flatMap((way) => options.map((option) => [...way, option])), [[]]);
export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
