/**
 * How long a suspicion lasts. It starts long, when only one member has seen the silence and may itself be at fault, and
 * shrinks with each independent confirmation, on a logarithmic curve (Lifeguard).
 */

export type SuspicionBounds = {
  readonly minMs: number;
  readonly maxMs: number;
  /** Confirmations that bring it down to `minMs`; 0: there is nobody who could confirm. */
  readonly k: number;
};

export function suspicionMs(bounds: SuspicionBounds, confirmations: number): number {
  const { minMs, maxMs, k } = bounds;
  if (k < 1) return minMs;
  return Math.max(minMs, maxMs - ((maxMs - minMs) * Math.log(confirmations + 1)) / Math.log(k + 1));
}

export type SuspicionScale = {
  readonly periodMs: number;
  readonly suspicionPeriods: number;
  readonly suspicionMsMin: number;
  readonly suspicionMaxFactor: number;
  readonly confirmations: number;
};

/** `members` counts everyone not dead, the suspect and ourselves too; `flapFactor` is 1, 2, 4, ... */
export function suspicionBounds(scale: SuspicionScale, members: number, flapFactor: number): SuspicionBounds {
  const scaled = scale.suspicionPeriods * Math.max(1, Math.log10(Math.max(1, members))) * scale.periodMs;
  const minMs = Math.max(scale.suspicionMsMin, scaled) * flapFactor;
  const witnesses = members - 2;
  return { minMs, maxMs: scale.suspicionMaxFactor * minMs, k: witnesses < scale.confirmations ? 0 : scale.confirmations };
}
