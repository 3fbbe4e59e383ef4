/** Numbers, sizes and times as people read them. Pure: the present is an argument. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** 1536 -> "1.5 KiB": three digits at most before the unit changes. */
export function bytesText(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${trimmed(value.toFixed(digits))} ${units[unit]}`;
}

const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** A length of time in its two biggest units at most: "340 ms", "12 s", "3 min 20 s", "5 h 12 min", "2 d 4 h". */
export function durationText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 1000) return `${Math.round(span)} ms`;
  const seconds = Math.floor(span / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return both([Math.floor(seconds / 60), 'min'], seconds < 600 ? [seconds % 60, 's'] : null);
  if (seconds < 86_400) return both([Math.floor(seconds / 3600), 'h'], [Math.floor((seconds % 3600) / 60), 'min']);
  return both([Math.floor(seconds / 86_400), 'd'], [Math.floor((seconds % 86_400) / 3600), 'h']);
}

/** The same to the hundredth of a second, where that matters: "48 ms", "2.14 s". */
export const fineText = (ms: number): string => (Math.abs(ms) < 1000 || Math.abs(ms) >= 60_000 ? durationText(ms) : `${trimmed((ms / 1000).toFixed(2))} s`);

const both = ([big, bigUnit]: [number, string], small: [number, string] | null) => `${big} ${bigUnit}${small && small[0] > 0 ? ` ${small[0]} ${small[1]}` : ''}`;

/** Age of something at whole seconds: "now" below 2 s, then "12 s ago". */
export function agoText(ms: number): string {
  return ms < 2000 ? 'now' : `${durationText(Math.floor(ms / 1000) * 1000)} ago`;
}

/** Replication lag, given in seconds. */
export function lagText(seconds: number): string {
  const ms = Math.max(0, seconds) * 1000;
  if (ms < 1) return '< 1 ms';
  return ms < 10_000 ? (ms < 1000 ? `${Math.round(ms)} ms` : `${trimmed((ms / 1000).toFixed(1))} s`) : durationText(ms);
}

export const percentText = (ratio: number) => `${Math.round(ratio * 100)} %`;

/** "2 instances", "1 instance". */
export const countText = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

type Zone = { readonly timeZone?: string; readonly locale?: string };

/** "21 Nov 2026, 05:43:33 UTC+2": never without its zone. */
export function dateTimeText(ms: number, { timeZone, locale = 'en-GB' }: Zone = {}): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  return `${dateText(ms, { locale, ...zone })}, ${timeText(ms, { locale, ...zone })}`;
}

/** "21 Nov 2026", for headings; the times below it carry the zone. */
export function dateText(ms: number, { timeZone, locale = 'en-GB' }: Zone = {}): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', ...(timeZone === undefined ? {} : { timeZone }) }).format(ms);
}

/** "05:43:33 UTC+2". */
export function timeText(ms: number, { timeZone, locale = 'en-GB' }: Zone = {}): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', ...zone }).format(ms);
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'shortOffset', ...zone }).formatToParts(ms);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  return `${time} ${name.replace('GMT', 'UTC').replace(/^UTC\+0$/, 'UTC')}`;
}

/** A moment as a field of date and time has it, in the zone of the person who looks: "2026-11-21T05:43". Empty for none. */
export function localFrom(moment: string | null): string {
  const ms = moment === null ? Number.NaN : Date.parse(moment);
  if (!Number.isFinite(ms)) return '';
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** And back: with its zone, so that it is the same moment to whoever opens the link. */
export function momentFrom(local: string): string | null {
  const ms = Date.parse(local);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
