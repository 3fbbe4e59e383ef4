import type { BoxSetting } from '~/contract/shapes/inspect.ts';

/** Settings as they may be shown: `user:password@host` reads `user:***@host`, also inside lists and tables. */

/** Up to the last sign before a host: a password may hold one itself. */
const password = /([^\s:@/,]*):\S*@/g;
const secret = /password|secret/i;

export const masked = (settings: readonly BoxSetting[]): BoxSetting[] => settings.map(({ name, value, ...setting }) => ({ ...setting, name, value: cleaned(value, name), default: cleaned(setting.default, name) }));

function cleaned(value: unknown, name: string): unknown {
  if (typeof value === 'string') return secret.test(name) ? '***' : value.replace(password, '$1:***@');
  if (Array.isArray(value)) return value.map((one) => cleaned(one, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cleaned(one, `${name} ${key}`)]));
}
