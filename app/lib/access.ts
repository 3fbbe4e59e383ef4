import type { z } from 'zod';
import type { SessionView, Token, User } from '~/contract/access.ts';
import type { Role } from '~/contract/operation.ts';
import type { Action } from './actions.ts';
import { dateText, dateTimeText, durationText, timeText } from './format.ts';
import type { Mark } from './health.ts';
import { refusalFor } from './rights.ts';

/** Who may come in, as the Users page tells it. */
export type UserRow = z.output<typeof User>;
export type TokenRow = z.output<typeof Token>;
export type SessionRow = z.output<typeof SessionView>;

export const accessTabs = [
  { value: 'users', label: 'Users', reads: 'user.list' },
  { value: 'tokens', label: 'API tokens', reads: 'token.list' },
  { value: 'sessions', label: 'Sessions', reads: 'session.list' },
  { value: 'database', label: 'Database users', reads: 'databaseUser.list' },
] as const;
export type AccessTab = (typeof accessTabs)[number]['value'];

export const tabsFor = (role: Role) => accessTabs.filter(({ reads }) => refusalFor(reads, role) === null);

/** The tab that the address names, where this role has it; else the first. */
export function tabFrom(wanted: string | null, role: Role): AccessTab {
  const tabs = tabsFor(role);
  return (tabs.find(({ value }) => value === wanted) ?? tabs[0] ?? accessTabs[1]).value;
}

/** By any of the words that a row shows. */
export function matching<T>(rows: readonly T[], search: string, words: (row: T) => readonly (string | null)[]): T[] {
  const wanted = search.trim().toLowerCase();
  return rows.filter((row) => wanted === '' || words(row).some((word) => word?.toLowerCase().includes(wanted)));
}

export function userState({ disabled, lockedUntil }: UserRow, now: number): { health: Mark; word: string } {
  if (disabled) return { health: 'off', word: 'disabled' };
  if (lockedUntil !== null && lockedUntil > now) return { health: 'warning', word: `locked until ${dateText(lockedUntil) === dateText(now) ? timeText(lockedUntil) : dateTimeText(lockedUntil)}` };
  return { health: 'ok', word: 'may sign in' };
}

export const userActions = ({ name, disabled, lockedUntil }: UserRow): Action[] => [
  { operation: 'user.edit', label: 'Edit', input: { name } },
  ...(lockedUntil === null ? [] : [{ operation: 'user.unlock', label: 'Unlock', input: { name } } as const]),
  disabled ? { operation: 'user.edit', label: 'Enable', input: { name, disabled: false } } : { operation: 'user.edit', label: 'Disable', input: { name, disabled: true }, danger: true },
  { operation: 'user.delete', label: 'Delete', input: { name }, danger: true },
];

const soonMs = 7 * 86_400_000;

/** When something ends: "in 89 d 23 h", "ended". A week before its end it is worth a look. */
export function endText(at: number | null, now: number): { health: Mark; word: string } {
  if (at === null) return { health: 'ok', word: 'never' };
  if (at <= now) return { health: 'off', word: 'ended' };
  return { health: at - now < soonMs ? 'warning' : 'ok', word: `in ${durationText(at - now)}` };
}

const browsers = [['Firefox/', 'Firefox'], ['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']] as const;
const systems = [['Android', 'Android'], ['iPhone', 'iOS'], ['iPad', 'iOS'], ['Windows', 'Windows'], ['Mac OS X', 'macOS'], ['Linux', 'Linux']] as const;

/** "Firefox on Linux" for what browsers send; anything else as it is. */
export function agentText(agent: string | null): string {
  if (agent === null || agent === '') return 'unknown program';
  const [browser, system] = [browsers, systems].map((words) => words.find(([sign]) => agent.includes(sign))?.[1]);
  return browser === undefined ? agent : system === undefined ? browser : `${browser} on ${system}`;
}
