/** What the palette shows for what was typed. Pure: the best match is the first, since Enter takes it. */

type Entry = { readonly id: string; readonly label?: string; readonly description?: string; readonly keywords?: string | string[] };
type Group<One> = { readonly group: string; readonly actions: One[] };

/** 0: the whole label; 1: the label begins with it; 2: is in it; 3: in what else is said. Null: nowhere. */
function rankOf({ label = '', description = '', keywords = [] }: Entry, query: string): number | null {
  const name = label.toLowerCase();
  if (name === query) return 0;
  if (name.startsWith(query)) return 1;
  if (name.includes(query)) return 2;
  return [description, ...[keywords].flat()].some((text) => text.toLowerCase().includes(query)) ? 3 : null;
}

/** Groups stay together, the one with the best match first; while nothing is typed they are as they come. */
export function paletteMatches<One extends Entry>(query: string, groups: readonly Group<One>[]): Group<One>[] {
  const words = query.trim().toLowerCase();
  if (words === '') return [...groups];
  const ranked = groups.map(({ group, actions }) => {
    const found = actions.flatMap((action) => { const rank = rankOf(action, words); return rank === null ? [] : [{ action, rank }]; }).toSorted((a, b) => a.rank - b.rank);
    return { best: found[0]?.rank ?? Infinity, group, actions: found.map(({ action }) => action) };
  });
  return ranked.filter(({ actions }) => actions.length > 0).toSorted((a, b) => a.best - b.best).map(({ group, actions }) => ({ group, actions }));
}
