import { CoterieError } from '~/contract/errors.ts';

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const pauseMaxMs = 30 * 86_400_000;

/** Of a pause, as the contract's `Length` says it; null: until somebody resumes. */
export function lengthMs(length: string | undefined): number | null {
  if (length === undefined) return null;
  const ms = Number(length.slice(0, -1)) * units[length.at(-1)!]!;
  if (ms > pauseMaxMs) throw new CoterieError('BAD_INPUT', `A pause of ${length} is too long: at most 30d.`);
  return ms;
}
