/**
 * How many buckets each replicaset shall have: its share by weight, to the whole bucket. Pinned ones stay where they
 * are: a replicaset with more of them than its share keeps them, and the others share what is left.
 *
 * A share is seldom a whole number, so some get one bucket more than others. Who, is free: whoever has it already, as
 * that moves the fewest buckets; then by the largest remainder. So a cluster that is even stays as it is.
 */

export type Share = {
  readonly uuid: string;
  /** 0: it is drained. */
  readonly weight: number;
  /** Buckets that it has, pinned ones too, or will have when the moves under way are over. */
  readonly owned: number;
  readonly pinned: number;
};

/** By uuid; they sum up to `total`. Null where buckets would have nowhere to go: every weight is 0. */
export function targetsOf(shares: readonly Share[], total: number): ReadonlyMap<string, number> | null {
  const kept = new Map<string, number>();
  let open = [...shares];
  let left = total;
  // Each round takes out at least one replicaset or is the last.
  for (;;) {
    const weights = open.reduce((sum, { weight }) => sum + weight, 0);
    const quota = (share: Share) => (weights === 0 ? 0 : exact((left * share.weight) / weights));
    const over = open.filter((share) => share.pinned > quota(share));
    if (over.length === 0) return weights === 0 && left > 0 ? null : new Map([...kept, ...rounded(open.map((share) => ({ share, quota: quota(share) })), left)]);
    for (const { uuid, pinned } of over) {
      kept.set(uuid, pinned);
      left -= pinned;
    }
    open = open.filter((share) => !over.includes(share));
  }
}

function rounded(rows: readonly { readonly share: Share; readonly quota: number }[], total: number): Map<string, number> {
  const floors = rows.map(({ share, quota }) => ({ share, floor: Math.floor(quota), rest: Math.round((quota - Math.floor(quota)) * millionths) }));
  const more = total - floors.reduce((sum, { floor }) => sum + floor, 0);
  const first = floors
    .filter(({ rest }) => rest > 0)
    .toSorted((a, b) => Number(b.share.owned > b.floor) - Number(a.share.owned > a.floor) || b.rest - a.rest || (a.share.uuid < b.share.uuid ? -1 : 1))
    .slice(0, more)
    .map(({ share }) => share);
  return new Map(floors.map(({ share, floor }) => [share.uuid, floor + Number(first.includes(share))]));
}

/** Divisions of doubles miss whole numbers, and equal remainders, by less than one of these. */
const millionths = 1e6;
const exact = (quota: number): number => (Math.abs(quota - Math.round(quota)) < 1 / millionths ? Math.round(quota) : quota);
