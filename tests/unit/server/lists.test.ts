import { describe, expect, it } from 'vitest';
import { contract } from '~/contract/index.ts';
import type { InstanceView, Issue, ReplicasetView } from '~/contract/shapes/view.ts';
import { pageNote } from '~/cli/operation.ts';
import { instancesFor, issuesFor, pageOf, replicasetsFor } from '~/server/handlers/lists.ts';
import { many } from '~/tests/support/fixtures.ts';

const { instances, replicasets, issues: _issues } = many(1_800_000_000_000);
const issue = (code: string, { uuid, alias }: { uuid: string; alias: string }, muted = false): Issue => ({
  id: `${code}:${uuid}`, code, severity: 'warning', object: { kind: 'instance', id: uuid, name: alias }, sentence: '', wayOut: '', since: 1, repair: null,
  ...(muted && { muted: { scope: code, by: 'ann', at: 1, until: null, reason: 'known' } }),
});
const overview = { instances, replicasets, issues: [issue('memory-low', instances[3]!), issue('memory-low', instances[4]!, true), issue('waiting', instances[5]!)] };
const list = (input: Record<string, unknown>) => instancesFor(overview, contract.instance.list.input.parse(input));
const sets = (input: Record<string, unknown>) => replicasetsFor(overview, contract.replicaset.list.input.parse(input));
const names = (rows: readonly { alias: string }[]) => rows.map(({ alias }) => alias);

describe('instances', () => {
  it('are filtered by everything at once, as by one filter after the other', () => {
    const fields: Record<string, (view: InstanceView) => unknown> = { zone: ({ zone }) => zone, role: ({ roles }) => roles[0], state: ({ state }) => state, leadership: ({ leadership }) => leadership, health: ({ health }) => health };
    for (const [field, of] of Object.entries(fields)) {
      for (const value of new Set(instances.map(of)).values()) {
        if (value === null || value === undefined) continue;
        const expected = instances.filter((view) => (field === 'role' ? view.roles.includes(String(value)) : of(view) === value));
        expect(names(list({ [field]: value }))).toEqual(names(expected));
      }
    }
    const { zone, state } = instances[0]!;
    expect(names(list({ zone, state, search: instances[0]!.alias.toUpperCase() }))).toContain(instances[0]!.alias);
  });

  it('are found by an open issue that is not muted', () => {
    expect(names(list({ issue: 'memory-low' }))).toEqual([instances[3]!.alias]);
    expect(list({ issue: 'no-such' })).toEqual([]);
  });

  it('are sorted either way, names as people count, and those without a value last', () => {
    const lags = list({ sort: 'lag', descending: true }).map(({ lagSeconds }) => lagSeconds);
    const known = lags.filter((lag) => lag !== null);
    expect(known).toEqual(known.toSorted((a, b) => b - a));
    expect(lags.slice(known.length).every((lag) => lag === null)).toBe(true);
    expect(list({ sort: 'lag' })[0]!.lagSeconds).toBe(known.at(-1));
    const made = ['i10', 'i9', 'i1'].map((alias): InstanceView => ({ ...instances[0]!, alias }));
    expect(names(instancesFor({ instances: made, issues: [] }, contract.instance.list.input.parse({ sort: 'name' })))).toEqual(['i1', 'i9', 'i10']);
    expect(names(list({ sort: 'memory' }))).toHaveLength(instances.length);
  });

  it('do not change what they are made from', () => {
    const before = names(instances);
    list({ sort: 'health', descending: true });
    list({ descending: true });
    expect(names(instances)).toEqual(before);
  });
});

describe('replicasets and issues', () => {
  it('are filtered and sorted', () => {
    const owner = replicasets.find((view) => view.instances.includes(instances[3]!.uuid));
    expect(names(sets({ issue: 'memory-low' }))).toEqual(owner ? [owner.alias] : []);
    expect(names(sets({ sort: 'name', descending: true }))).toEqual(names(sets({ sort: 'name' })).toReversed());
    const weights = sets({ sort: 'weight' }).map(({ weight }: ReplicasetView) => weight).filter((weight) => weight !== null);
    expect(weights).toEqual(weights.toSorted((a, b) => a - b));
    expect(issuesFor(overview.issues, contract.cluster.issues.input.parse({ code: 'memory-low', muted: true })).map(({ object }) => object.name)).toEqual([instances[4]!.alias]);
  });
});

describe('pages', () => {
  it('say how many there are in all, and put together are the whole', () => {
    const totals: number[] = [];
    const pages = [0, 7, 14].map((offset) => pageOf({ setTotal: (rows) => totals.push(rows) }, instances.slice(0, 20), { limit: 7, offset }));
    expect(pages.map(({ length }) => length)).toEqual([7, 7, 6]);
    expect(pages.flat()).toEqual(instances.slice(0, 20));
    expect(totals).toEqual([20, 20, 20]);
  });

  it('are told in the CLI only where something is left out', () => {
    expect(pageNote([1, 2], 5)).toBe('2 of 5: --limit and --offset show the others.\n');
    expect([pageNote([1, 2], 2), pageNote([1], null), pageNote({}, 5)]).toEqual(['', '', '']);
  });
});
