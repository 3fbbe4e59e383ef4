/** Times, sizes and lists as people read them. */

/** Coarse on purpose: a sentence that changes each second would be sent to every page each second. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 10) return `${seconds} s`;
  if (seconds < 60) return `${seconds - (seconds % 10)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** "03:12:45 UTC", with the date where that is more than a day away. */
export function clock(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  return Math.abs(now - at) < 86_400_000 ? `${iso.slice(11, 19)} UTC` : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, unit] = [count, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}

export const percent = (ratio: number) => `${Math.round(ratio * 100)} %`;

/** "a", "a and b", "a, b and 3 more". */
export function list(names: readonly string[], max = 4): string {
  const shown = names.length > max ? [...names.slice(0, max - 1), `${names.length - max + 1} more`] : names;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

export const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** What somebody else wrote, cut so that it fits into a sentence, and ended. */
export function quoted(text: string | null, fallback: string): string {
  const line = (text ?? fallback).trim().split('\n')[0]!.replace(/[.\s]+$/, '');
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
}
