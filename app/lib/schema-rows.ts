import type { SpaceRow } from '~/contract/shapes/schema-view.ts';
import type { Mark } from './health.ts';

/** Spaces as the page lists them: one row for each space of a role, with what becomes of it on every replicaset that has the role. */

/** Worst first: that is what a row says of several replicasets. */
export const schemaStates = ['refused', 'missing', 'differs', 'building', 'unknown', 'unplaced', 'applied'] as const;
export type SchemaState = (typeof schemaStates)[number];

export const stateWords = { refused: 'does not fit', missing: 'missing', differs: 'differs', building: 'is being made', unknown: 'not known', unplaced: 'nowhere yet', applied: 'as wanted' } as const satisfies Record<SchemaState, string>;
export const stateMarks = { refused: 'critical', missing: 'warning', differs: 'warning', building: 'warning', unknown: 'unknown', unplaced: 'off', applied: 'ok' } as const satisfies Record<SchemaState, Mark>;

export type SpacePlace = { readonly replicaset: string; readonly instance: string | null; readonly state: SchemaState; readonly sentence: string; readonly rows: number | null; readonly bytes: number | null };
export type SpaceGroup = Pick<SpaceRow, 'space' | 'role' | 'engine' | 'definition'> & {
  readonly key: string;
  readonly state: SchemaState;
  readonly sentence: string;
  /** By replicaset; none while no replicaset has the role. */
  readonly places: readonly SpacePlace[];
  /** Of those that told; null while nobody did. */
  readonly rows: number | null;
  readonly bytes: number | null;
};

/** What is there already has figures; what has none is still to be made. */
export function stateOf({ state, replicaset, rows }: Pick<SpaceRow, 'state' | 'replicaset' | 'rows'>): SchemaState {
  if (replicaset === null) return 'unplaced';
  if (state !== 'pending') return state;
  return rows === null ? 'missing' : 'differs';
}

export function spaceGroups(rows: readonly SpaceRow[]): SpaceGroup[] {
  const groups = new Map<string, SpaceRow[]>();
  for (const row of rows) {
    const key = `${row.role}/${row.space}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([key, of]) => groupOf(key, of)).toSorted((a, b) => compare(a.role, b.role) || compare(a.space, b.space));
}

function groupOf(key: string, of: readonly SpaceRow[]): SpaceGroup {
  const { space, role, engine, definition, sentence } = of[0]!;
  const places = of.flatMap((row) => (row.replicaset === null ? [] : [{ replicaset: row.replicaset, instance: row.instance, state: stateOf(row), sentence: row.sentence, rows: row.rows, bytes: row.bytes }])).toSorted((a, b) => compare(a.replicaset, b.replicaset));
  const state = schemaStates.find((one) => places.some((place) => place.state === one)) ?? 'unplaced';
  return { key, space, role, engine, definition, state, places, sentence: places.length === 0 ? sentence : summaryOf(places), rows: sum(places.map(({ rows }) => rows)), bytes: sum(places.map(({ bytes }) => bytes)) };
}

/** "as wanted", "missing on s2, as wanted on s1": each state once, worst first, with where it is unless it is so everywhere. */
function summaryOf(places: readonly SpacePlace[]): string {
  const found = schemaStates.flatMap((state) => {
    const where = places.filter((place) => place.state === state).map(({ replicaset }) => replicaset);
    return where.length === 0 ? [] : [{ state, where }];
  });
  if (found.length === 1) return stateWords[found[0]!.state];
  return found.map(({ state, where }) => `${stateWords[state]} on ${where.length > namedMax ? `${where.length} replicasets` : where.join(', ')}`).join('; ');
}

const namedMax = 3;

function sum(figures: readonly (number | null)[]): number | null {
  const known = figures.filter((figure) => figure !== null);
  return known.length === 0 ? null : known.reduce((total, figure) => total + figure, 0);
}

export type SchemaFilter = { readonly q: string | null; readonly role: string | null; readonly state: SchemaState | null };

/** By name of space, role, field or index; a state where any replicaset is in it. */
export function matchingSpaces(groups: readonly SpaceGroup[], { q, role, state }: SchemaFilter): SpaceGroup[] {
  const wanted = (q ?? '').trim().toLowerCase();
  return groups.filter((group) => {
    if (role !== null && group.role !== role) return false;
    if (state !== null && group.state !== state && !group.places.some((place) => place.state === state)) return false;
    const { format, indexes } = group.definition;
    return wanted === '' || [group.space, group.role, ...format.map(({ name }) => name), ...indexes.map(({ name }) => name)].some((name) => name.toLowerCase().includes(wanted));
  });
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
