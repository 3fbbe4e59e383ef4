import type { DataSpace, SpacesView, SpaceView } from '~/contract/shapes/data.ts';
import { asked, missingOf, type Scope } from './scope.ts';

/** The spaces of several storages as one list, by name. */

const askMs = 8000;

export async function spacesOf(scope: Scope, { search, system, limit }: { search?: string | undefined; system: boolean; limit: number }): Promise<SpacesView> {
  const { answers, failures } = await asked(scope.sources, ({ client }) => client.dataSpaces({ system, limit, ...(search === undefined ? {} : { search }) }, { timeoutMs: askMs }));
  const missing = [...scope.missing, ...failures.map(({ source, error }) => missingOf(source.instance, error))];
  const named = answers.flatMap(({ source, answer }) => answer.spaces.map((space) => ({ space, on: scope.whole ? (source.replicaset?.alias ?? source.instance.alias) : source.instance.alias })));
  return { spaces: together(named), complete: answers.every(({ answer }) => answer.complete), missing };
}

/** Rows add up; the shape is that of the first. */
export function together(named: readonly { readonly space: DataSpace; readonly on: string }[]): SpaceView[] {
  const byName = new Map<string, (typeof named)[number][]>();
  for (const one of named) byName.set(one.space.name, [...(byName.get(one.space.name) ?? []), one]);
  return [...byName.values()].map((all) => {
    const rows = all.map(({ space }) => space.rows);
    const { space } = all[0]!;
    return { ...space, rows: rows.every((count) => count === null) ? null : rows.reduce<number>((sum, count) => sum + (count ?? 0), 0), on: all.map(({ on }) => on).toSorted(), differs: new Set(all.map((one) => shapeOf(one.space))).size > 1 };
  }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const shapeOf = ({ columns, indexes, engine }: DataSpace): string => JSON.stringify([engine, columns, indexes]);
