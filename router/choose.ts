/**
 * Which instance of a replicaset serves a request. Writes go to the master alone. A read goes to the nearest instance
 * that can be reached and is not too far behind; `balance` takes them in turn instead, `preferReplica` leaves the master
 * for last. The same modes as vshard's callrw, callro, callbro, callre and callbre.
 */

export type Mode = { readonly write: boolean; readonly preferReplica: boolean; readonly balance: boolean };

export const modes = {
  rw: { write: true, preferReplica: false, balance: false },
  ro: { write: false, preferReplica: false, balance: false },
  bro: { write: false, preferReplica: false, balance: true },
  re: { write: false, preferReplica: true, balance: false },
  bre: { write: false, preferReplica: true, balance: true },
} as const satisfies Record<string, Mode>;

export type Candidate = {
  readonly uuid: string;
  readonly master: boolean;
  /** There is a connection. */
  readonly up: boolean;
  /** It did not answer a read in time a moment ago. */
  readonly slow: boolean;
  /** From this router, by zones; 0: the same. */
  readonly distance: number;
  /** How far behind its master it is; null: not known. */
  readonly lagMs: number | null;
};

export type Choice = {
  readonly mode: Mode;
  /** Counts up with each read: whose turn it is. */
  readonly turn: number;
  /** A replica that is further behind serves no read, as long as another can. */
  readonly lagMaxMs: number;
  /** Those that failed this request already; taken only when all have. */
  readonly tried: ReadonlySet<string> | null;
};

export function chooseInstance<C extends Candidate>(candidates: readonly C[], choice: Choice): C | undefined {
  const { mode, tried } = choice;
  if (mode.write) return candidates.find((candidate) => candidate.master && candidate.up);
  let best: C[] = [];
  let bestRank = Infinity;
  for (const candidate of candidates) {
    if (!candidate.up) continue;
    const rank = rankOf(candidate, choice);
    if (rank > bestRank) continue;
    if (rank < bestRank) best = [];
    bestRank = rank;
    best.push(candidate);
  }
  if (best.length === 0) return undefined;
  if (tried !== null && best.every(({ uuid }) => tried.has(uuid))) return best.find(({ master }) => master) ?? best[choice.turn % best.length];
  if (mode.balance) return best[choice.turn % best.length];
  // Of those that are equally near the master knows most.
  return best.find(({ master }) => master) ?? best[0];
}

/** Lower is better; what comes first decides: tried, slow, behind, role, distance. */
function rankOf(candidate: Candidate, { mode, lagMaxMs, tried }: Choice): number {
  const bits = (tried?.has(candidate.uuid) ? 8 : 0) + (candidate.slow ? 4 : 0) + (!candidate.master && candidate.lagMs !== null && candidate.lagMs > lagMaxMs ? 2 : 0) + (mode.preferReplica && candidate.master ? 1 : 0);
  return bits * distanceMax + (mode.balance ? 0 : Math.min(candidate.distance, distanceMax - 1));
}

const distanceMax = 1_000_000;
