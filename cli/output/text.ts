/** How values read for a person: times with their age, bytes, lists, and a colour for what matters. */

export type Style = { readonly colour: boolean; readonly nowMs: number };

const paint = (code: number, text: string) => `\u001b[${code}m${text}\u001b[0m`;

const colours: Record<string, number> = {
  ok: 32, ready: 32, alive: 32, done: 32, applied: 32, prepared: 32, master: 36,
  warning: 33, suspected: 33, partial: 33, pending: 33, stopped: 33, disabled: 33, added: 32, changed: 33,
  critical: 31, dead: 31, failed: 31, crashed: 31, refused: 31, aborted: 31, unreachable: 31, removed: 31, unknown: 90, none: 90,
};

export const bold = (text: string, { colour }: Style) => (colour ? paint(1, text) : text);
export const dim = (text: string, { colour }: Style) => (colour ? paint(90, text) : text);

export function coloured(text: string, word: string, { colour }: Style): string {
  const code = colours[word];
  return colour && code !== undefined ? paint(code, text) : text;
}

/** One cell; `path` tells times and sizes by the ends of their names, as the contract writes them. */
export function cell(path: string, value: unknown, style: Style): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item))).join(',');
  if (typeof value === 'number') {
    if (/(^|\.)(at|since)$|At$|Until$/.test(path)) return timeText(value, style.nowMs);
    if (path.endsWith('Bytes')) return bytesText(value);
    if (/(lag|Seconds)$/.test(path)) return `${value < 0.01 ? value.toFixed(4) : value.toFixed(2)} s`;
    return String(value);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? pairsText(value) : String(value);
}

/** `space:accounts=read,write universe=execute`; what is deeper than that as JSON. */
function pairsText(value: object): string {
  const pairs = Object.entries(value);
  if (pairs.length === 0) return '-';
  return pairs.every(([, one]) => typeof one === 'string') ? pairs.map(([name, one]) => `${name}=${one}`).join(' ') : JSON.stringify(value);
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[power]}`;
}

/** "12 s ago" for what is recent; local time with its offset for what is not. */
export function timeText(timeMs: number, nowMs: number): string {
  const agoMs = nowMs - timeMs;
  if (agoMs >= -1000 && agoMs < 60_000) return `${Math.max(0, Math.round(agoMs / 1000))} s ago`;
  if (agoMs >= 0 && agoMs < 3_600_000) return `${Math.floor(agoMs / 60_000)} min ago`;
  return localTime(timeMs);
}

export function localTime(timeMs: number): string {
  const date = new Date(timeMs);
  const offset = -date.getTimezoneOffset();
  const zone = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${zone}`;
}

const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0');
