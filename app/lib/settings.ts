import type { BoxSetting } from '~/contract/shapes/inspect.ts';
import { bytesText } from './format.ts';

/** `box.cfg` as rows to read and search. */

export const originWords = { default: 'Default', coterie: 'Set by Coterie', other: 'Set by somebody else', unknown: 'Not known' } as const satisfies Record<BoxSetting['origin'], string>;

/** As it comes over the wire, where what is undefined is left out. */
export type Setting = Pick<BoxSetting, 'name' | 'origin'> & { readonly value?: unknown; readonly default?: unknown };

export type SettingFilter = { readonly search: string; readonly origin: BoxSetting['origin'] | null };

export const matchingSettings = (settings: readonly Setting[], { search, origin }: SettingFilter): Setting[] => {
  const wanted = search.trim().toLowerCase();
  return settings.filter((one) => (origin === null || one.origin === origin) && (wanted === '' || `${one.name}\n${settingText(one.value)}`.toLowerCase().includes(wanted)));
};

/** As a person would write it: `{}` for an empty list, one line for each of a longer one. */
export function settingText(value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (Array.isArray(value)) return value.length === 0 ? '{}' : value.map(settingText).join('\n');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const sized = /(memory|_size|cache|bandwidth|readahead)$/;
const kib = 1024;

/** "256 MiB" beside a number of bytes that nobody can read. */
export const sizeOf = ({ name, value }: Pick<Setting, 'name' | 'value'>): string | null => (sized.test(name) && typeof value === 'number' && value >= kib && value < 2 ** 50 ? bytesText(value) : null);
