import type { InstanceView } from '~/contract/shapes/view.ts';
import { markOf, marks, type Mark } from './health.ts';
import { oneOf, withParams } from './params.ts';
import { termsOf, type Term } from './search-terms.ts';

/** Which instances the Cluster page shows: the choices beside the search, and the search itself. All of it is in the address. */
export type Filter = { readonly search: string; readonly health: Mark | null; readonly role: string | null; readonly zone: string | null };
export const noFilter: Filter = { search: '', health: null, role: null, zone: null };

export const filterFrom = (params: URLSearchParams): Filter => ({ search: params.get('q') ?? '', health: oneOf(marks, params.get('health')), role: params.get('role'), zone: params.get('zone') });

/** Other parameters stay as they are. */
export const withFilter = (params: URLSearchParams, { search, health, role, zone }: Filter): URLSearchParams => withParams(params, { q: search, health, role, zone });

export const isFiltering = ({ search, health, role, zone }: Filter): boolean => search.trim() !== '' || health !== null || role !== null || zone !== null;

/** How many choices are made beside the search. */
export const choicesIn = ({ health, role, zone }: Filter): number => [health, role, zone].filter((choice) => choice !== null).length;

/** One function for all instances: the search is read once. */
export function filterOf({ search, health, role, zone }: Filter): (instance: InstanceView) => boolean {
  const terms = termsOf(search, fieldNames);
  return (one) => (health === null || markOf(one) === health) && (role === null || one.roles.includes(role)) && (zone === null || one.zone === zone) && terms.every((term) => fits(one, term) !== term.not);
}

type Field = (instance: InstanceView) => readonly (string | null | undefined)[];

const texts: Readonly<Record<string, Field>> = {
  name: ({ alias }) => [alias],
  address: ({ uri }) => [uri],
  uuid: ({ uuid }) => [uuid],
  zone: ({ zone }) => [zone],
  role: ({ roles }) => roles,
  replicaset: ({ replicaset }) => [replicaset?.alias, replicaset?.uuid],
  state: ({ state, goal, healthSentence }) => [state, goal === state ? null : `goal ${goal}`, healthSentence],
  // What is off is not wrong either.
  health: (one) => [one.health, markOf(one)],
  is: ({ leadership, disabled, electable, expelled }) => [leadership, disabled ? 'disabled' : 'enabled', electable ? 'electable' : null, expelled ? 'expelled' : null],
};

/** Where a plain word is looked for. */
const wordy: readonly Field[] = [...Object.entries(texts).flatMap(([name, field]) => (name === 'is' ? [] : [field])), ({ leadership }) => [leadership]];

/** Seconds, percent, counts: null where there is nothing to compare, and then nothing fits. */
const numbers: Readonly<Record<string, (instance: InstanceView) => number | null>> = {
  lag: ({ lagSeconds }) => lagSeconds,
  memory: ({ memoryUsedBytes, memoryQuotaBytes }) => (memoryUsedBytes === null || !memoryQuotaBytes ? null : (memoryUsedBytes / memoryQuotaBytes) * 100),
  issues: ({ issues }) => issues,
  priority: ({ priority }) => (priority === null ? null : priority + 1),
  config: ({ configVersion }) => configVersion,
};

const fieldNames = { texts: Object.keys(texts), numbers: Object.keys(numbers) };

function fits(one: InstanceView, term: Term): boolean {
  switch (term.kind) {
    case 'word':
      return wordy.some((field) => field(one).some((value) => value?.toLowerCase().includes(term.value)));
    case 'text':
      return texts[term.field]!(one).some((value) => (term.exact || term.field === 'is' ? value?.toLowerCase() === term.value : value?.toLowerCase().includes(term.value)) ?? false);
    case 'number':
      return compares(numbers[term.field]!(one), term);
  }
}

function compares(value: number | null, { operator, value: wanted }: Extract<Term, { kind: 'number' }>): boolean {
  if (value === null) return false;
  switch (operator) {
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '=':
      return value === wanted;
  }
}

/** What the search understands beside plain words: offered on the page, and tried by a test. */
export const searchExamples = [
  ['is:master', 'masters only'],
  ['issues>0', 'with an issue'],
  ['lag>1', 'more than 1 s behind'],
  ['memory>80', 'memory above 80 %'],
  ['state:crashed', 'in this state'],
  ['-health:ok', 'not healthy'],
  ['replicaset=s1', 'of exactly this replicaset'],
] as const;
