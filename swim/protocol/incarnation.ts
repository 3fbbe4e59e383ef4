/**
 * How claims about one member are ordered: a newer incarnation wins; within one incarnation only worse news wins.
 * That is all the agreement SWIM needs, because only the member itself ever raises its incarnation.
 */

import type { Incarnation, Status } from './message.ts';

/** Greater is worse, and final earlier: a member that left does not come back in the same incarnation. */
const severity: Record<Status, number> = { alive: 0, suspected: 1, dead: 2, left: 3 };

/** As in `Incarnation`, or the same integers as numbers where those are exact. */
export type Ordered = { readonly generation: bigint | number; readonly version: bigint | number };

/** Negative, zero or positive, generation first. */
export function compareIncarnation(a: Ordered, b: Ordered): number {
  // Numbers and bigints compare exactly with < and >, but never with ===.
  if (a.generation < b.generation) return -1;
  if (a.generation > b.generation) return 1;
  if (a.version < b.version) return -1;
  return a.version > b.version ? 1 : 0;
}

export function isWorse(status: Status, known: Status): boolean {
  return severity[status] > severity[known];
}

const wordMax = 2n ** 64n - 1n;

/** The incarnation with which a member outbids every claim made about it so far; both parts stay 64 bits wide. */
export function outbid(own: Incarnation, claimed: Incarnation): Incarnation {
  const { generation, version } = compareIncarnation(claimed, own) > 0 ? claimed : own;
  if (version < wordMax) return { generation, version: version + 1n };
  // Only a forged claim gets here; above the very last incarnation there is nothing to bid.
  return generation < wordMax ? { generation: generation + 1n, version: 0n } : { generation, version };
}
