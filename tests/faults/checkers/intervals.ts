/** Half-open stretches of time [from, to) in ms, and what remains of them. */
export type Interval = { readonly from: number; readonly to: number };

export const lengthMs = ({ from, to }: Interval): number => Math.max(to - from, 0);

/** What two have in common, or null. */
export function common(a: Interval, b: Interval): Interval | null {
  const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
  return from < to ? { from, to } : null;
}

/** What of it lies in none of the others. */
export function without<T extends Interval>(interval: T, others: readonly Interval[]): T[] {
  let left: T[] = [interval];
  for (const other of others) {
    left = left.flatMap((piece) => {
      if (!common(piece, other)) return [piece];
      return [{ ...piece, to: other.from }, { ...piece, from: other.to }].filter(({ from, to }) => from < to);
    });
  }
  return left;
}
