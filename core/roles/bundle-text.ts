import type { Bundle, BundleRole } from './bundle.ts';
import { byObject } from './memo.ts';

/** A bundle as a text: as it travels, and as lua/roles/bundle.lua reads it. A line that says what it is, then one for each role. */
export const bundleText = ({ hash, roles }: Bundle): string => [JSON.stringify({ hash, count: roles.length }), ...roles.map(roleText)].map((line) => `${line}\n`).join('');

export function bundleOf(text: string): Bundle {
  const [head = '{}', ...lines] = text.trimEnd().split('\n');
  const { hash, count } = JSON.parse(head) as { hash: string; count: number };
  if (count !== lines.length) throw new Error(`a bundle of ${count} roles has come with ${lines.length}`);
  return { hash, roles: lines.map((line) => JSON.parse(line) as BundleRole) };
}

/** Nearly all roles of a new version are those of the one before it. */
const roleText = byObject((role: BundleRole): string => JSON.stringify(role));
