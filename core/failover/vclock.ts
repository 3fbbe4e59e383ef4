/** How many rows of each origin a copy has. Keys are Tarantool's replica ids as text; 0 counts rows that are never replicated. */
export type Vclock = Readonly<Record<string, number>>;

const local = '0';

export const componentOf = (vclock: Vclock, origin: string): number => vclock[origin] ?? 0;

/** Rows of each origin that `vclock` has and `bound` has not; empty: it has no more. */
export function beyond(vclock: Vclock, bound: Vclock): Vclock {
  return Object.fromEntries(
    Object.entries(vclock)
      .filter(([origin, lsn]) => origin !== local && lsn > componentOf(bound, origin))
      .map(([origin, lsn]) => [origin, lsn - componentOf(bound, origin)]),
  );
}

export const covers = (vclock: Vclock, wanted: Vclock): boolean => Object.entries(wanted).every(([origin, lsn]) => origin === local || componentOf(vclock, origin) >= lsn);

export const rowsIn = (vclock: Vclock): number => Object.entries(vclock).reduce((sum, [origin, lsn]) => (origin === local ? sum : sum + lsn), 0);
