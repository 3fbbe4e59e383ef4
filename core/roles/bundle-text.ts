import type { Bundle, BundleRole } from './bundle.ts';
import { byObject } from './memo.ts';

/** A bundle as texts: one of each role, which its sum names, and the list of them. */

/** SHA-256, hex. */
export type HashOf = (text: string) => string;

/** As lua/roles/bundle.lua reads it. Nearly all roles of a new version are those of the one before it. */
export const roleText = byObject((role: BundleRole): string => JSON.stringify(role));

/** `hashOf` is the same function all the time. */
const sums = new WeakMap<BundleRole, string>();

export function bundled(roles: readonly BundleRole[], hashOf: HashOf): Bundle {
  const all = roles.map((role) => {
    const sum = sums.get(role) ?? hashOf(roleText(role));
    sums.set(role, sum);
    return sum;
  });
  return { hash: hashOf(JSON.stringify(all)), roles, sums: all };
}

/** What names the roles of a bundle, for lua/roles/bundle.lua: a line that says how many there are, then the sum of each. */
export const bundleIndex = ({ hash, sums }: Bundle): string => [JSON.stringify({ hash, count: sums.length }), ...sums].map((line) => `${line}\n`).join('');

/** All of it, as it travels: a line that says how many roles there are, then the text of each. */
export const bundleText = ({ roles }: Bundle): string => [JSON.stringify({ count: roles.length }), ...roles.map(roleText)].map((line) => `${line}\n`).join('');

export function bundleOf(text: string, hashOf: HashOf): Bundle {
  const [head = '{}', ...lines] = text.trimEnd().split('\n');
  const { count } = JSON.parse(head) as { count: number };
  if (count !== lines.length) throw new Error(`a bundle of ${count} roles has come with ${lines.length}`);
  return bundled(lines.map((line) => JSON.parse(line) as BundleRole), hashOf);
}
