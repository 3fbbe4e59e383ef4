import type { ClusterConfig } from '~/contract/shapes/config.ts';

/** A configuration version as texts to read and compare: the topology as JSON, and each section as it is. */

/** No section can be called so. */
export const topology = '~topology';

export type Document = { readonly name: string; readonly text: string };
export type Language = 'yaml' | 'json' | 'lua' | 'sql' | 'plain';

export function documentsOf(config: ClusterConfig): Document[] {
  const { sections, ...rest } = config;
  return [{ name: topology, text: `${JSON.stringify(sorted(rest), null, 2)}\n` }, ...Object.keys(sections).toSorted().map((name) => ({ name, text: sections[name]! }))];
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}

export const labelOf = (name: string): string => (name === topology ? 'Topology' : name);

/** Sections without an ending are YAML: that is what roles read. */
export function languageOf(name: string): Language {
  if (name === topology || name.endsWith('.json')) return 'json';
  if (name.endsWith('.lua')) return 'lua';
  if (name.endsWith('.sql')) return 'sql';
  return /\.ya?ml$/.test(name) || !/\.[A-Za-z]+$/.test(name) ? 'yaml' : 'plain';
}

export type Difference = { readonly name: string; readonly kind: 'added' | 'removed' | 'changed'; readonly before: string; readonly after: string };

/** Only what differs. An absent document reads as an empty one. */
export function differencesOf(before: readonly Document[], after: readonly Document[]): Difference[] {
  const old = new Map(before.map(({ name, text }) => [name, text]));
  const now = new Map(after.map(({ name, text }) => [name, text]));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name): Difference[] => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === is) return [];
    return [{ name, kind: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed', before: was ?? '', after: is ?? '' }];
  });
}

/** What to show of a version when the address names nothing, or something that is not there. */
export function chosenOf<T extends { readonly name: string }>(documents: readonly T[], wanted: string | null): T | undefined {
  return documents.find(({ name }) => name === wanted) ?? documents.find(({ name }) => name !== topology) ?? documents[0];
}
