/** From what each replicaset has to what it shall have, by the fewest buckets moved and by few pairs. */

export type Balance = {
  readonly uuid: string;
  readonly owned: number;
  readonly target: number;
};

export type BucketMove = { readonly from: string; readonly to: string; readonly count: number };

/**
 * Who has too many gives exactly what is too many, so no bucket moves twice. Where the two sums differ (a replicaset
 * was left out, or buckets are under way) as many move as both sides allow. Pairs that fit exactly come first: each
 * saves one.
 */
export function movesBetween(balances: readonly Balance[], mayMove: (from: string, to: string) => boolean = () => true): BucketMove[] {
  const bySize = (a: Open, b: Open) => b.left - a.left || (a.uuid < b.uuid ? -1 : 1);
  const sources = balances.filter(({ owned, target }) => owned > target).map(({ uuid, owned, target }): Open => ({ uuid, left: owned - target })).toSorted(bySize);
  const destinations = balances.filter(({ owned, target }) => owned < target).map(({ uuid, owned, target }): Open => ({ uuid, left: target - owned })).toSorted(bySize);
  const moves: BucketMove[] = [];
  const move = (source: Open, destination: Open) => {
    const count = Math.min(source.left, destination.left);
    if (count === 0) return;
    source.left -= count;
    destination.left -= count;
    moves.push({ from: source.uuid, to: destination.uuid, count });
  };
  for (const source of sources) {
    const fitting = destinations.find(({ uuid, left }) => left === source.left && mayMove(source.uuid, uuid));
    if (fitting) move(source, fitting);
  }
  for (const source of sources) for (const destination of destinations) if (mayMove(source.uuid, destination.uuid)) move(source, destination);
  return moves;
}

type Open = { readonly uuid: string; left: number };
