import { contract, entriesOf, methodOf, pathOf, type Entry } from '~/contract/index.ts';

/** Which operation a REST path means. The paths come from the contract; none is written by hand. */

export type Route = { readonly entry: Entry; readonly method: 'GET' | 'POST'; readonly pattern: RegExp };
export type Match = { readonly entry: Entry; readonly subject: Record<string, string> };

export const routes: readonly Route[] = entriesOf(contract).map((entry) => ({
  entry,
  method: methodOf(entry),
  pattern: new RegExp(`^${pathOf(entry).replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

/** `method`: the path exists, but not for this method. */
export type Found = { kind: 'match'; match: Match } | { kind: 'method'; allowed: string[] } | { kind: 'none' };

/** A path without parameters wins over one with: an instance that is called `list` does not hide an operation. */
export function routeOf(method: string, path: string): Found {
  const fitting = routes.flatMap((route) => {
    const groups = route.pattern.exec(path);
    return groups ? [{ route, groups: groups.groups ?? {} }] : [];
  });
  if (fitting.length === 0) return { kind: 'none' };
  const mine = fitting.filter(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method));
  const best = mine.toSorted((a, b) => Object.keys(a.groups).length - Object.keys(b.groups).length)[0];
  if (best === undefined) return { kind: 'method', allowed: [...new Set(fitting.map(({ route }) => route.method))] };
  const subject = Object.entries(best.groups).map(([field, text]) => [field, decoded(text!)]);
  return { kind: 'match', match: { entry: best.route.entry, subject: Object.fromEntries(subject) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
