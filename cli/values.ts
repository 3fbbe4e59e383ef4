import { readFileSync } from 'node:fs';
import { CoterieError } from '~/contract/errors.ts';
import type { Field } from './fields.ts';

/** Words of a command line -> the input object that every other surface sends. */

const fileBytesMax = 64 * 1024 * 1024;

export function readText(path: string): string {
  try {
    const text = readFileSync(path === '-' ? 0 : path, 'utf8');
    if (text.length > fileBytesMax) throw new Error(`more than ${fileBytesMax} bytes`);
    return text;
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `${path === '-' ? 'Standard input' : path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `null` where --no-zone was given for a nullable field. */
export function valueOf(field: Field, raw: unknown, nowMs: number): unknown {
  if (raw === false && field.kind !== 'boolean') return null;
  switch (field.kind) {
    case 'boolean':
      return raw === true;
    case 'number':
      return field.time ? timeOf(String(raw), nowMs) : numberOf(field, String(raw));
    case 'list':
      return [raw].flat().flatMap((word) => String(word).split(',')).map((word) => word.trim()).filter((word) => word !== '');
    case 'map':
      return Object.fromEntries([raw].flat().map((word) => pairOf(field, String(word))));
    case 'json':
      return jsonOf(field, /^\s*[[{]/.test(String(raw)) ? String(raw) : readText(String(raw)));
    case 'file':
      return readText(String(raw));
    case 'text':
    case 'secret':
      return String(raw);
  }
}

function numberOf({ flag }: Field, word: string): number {
  const number = Number(word);
  if (word.trim() === '' || !Number.isFinite(number)) throw new CoterieError('BAD_INPUT', `--${flag} takes a number, not "${word}".`);
  return number;
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** "15m" = 15 minutes ago; an ISO time; or milliseconds since the epoch. */
export function timeOf(word: string, nowMs: number): number {
  const ago = /^(\d+)([smhd])$/.exec(word);
  if (ago) return nowMs - Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs];
  const time = /^\d+$/.test(word) ? Number(word) : Date.parse(word);
  if (Number.isNaN(time)) throw new CoterieError('BAD_INPUT', `"${word}" is no time: give 15m, 2h, 3d (ago), or 2026-01-31T22:00:00Z.`);
  return time;
}

/** name=text, name=@file, or `name=` with nothing behind it to delete. */
function pairOf({ flag }: Field, word: string): [string, string | null] {
  const at = word.indexOf('=');
  if (at <= 0) throw new CoterieError('BAD_INPUT', `--${flag} takes name=text, name=@file or name= (delete), not "${word}".`);
  const value = word.slice(at + 1);
  return [word.slice(0, at), value === '' ? null : value.startsWith('@') ? readText(value.slice(1)) : value];
}

function jsonOf({ flag }: Field, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `What --${flag} was given is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
