/**
 * How claims about one member are ordered: a newer incarnation wins; within one incarnation only worse news wins.
 * That is all the agreement SWIM needs, because only the member itself ever raises its incarnation.
 */

import type { Incarnation, Status } from './message.ts';

/** Greater is worse, and final earlier: a member that left does not come back in the same incarnation. */
const severity: Record<Status, number> = { alive: 0, suspected: 1, dead: 2, left: 3 };

/** Negative, zero or positive, generation first. */
export function compareIncarnation(a: Incarnation, b: Incarnation): number {
  if (a.generation !== b.generation) return a.generation < b.generation ? -1 : 1;
  if (a.version !== b.version) return a.version < b.version ? -1 : 1;
  return 0;
}

export function isWorse(status: Status, known: Status): boolean {
  return severity[status] > severity[known];
}

type Claim = { readonly status: Status; readonly incarnation: Incarnation };

export function supersedes(claim: Claim, known: Claim): boolean {
  const order = compareIncarnation(claim.incarnation, known.incarnation);
  return order === 0 ? isWorse(claim.status, known.status) : order > 0;
}

/** The incarnation with which a member outbids every claim made about it so far. */
export function outbid(own: Incarnation, claimed: Incarnation): Incarnation {
  const highest = compareIncarnation(claimed, own) > 0 ? claimed : own;
  return { generation: highest.generation, version: highest.version + 1n };
}
