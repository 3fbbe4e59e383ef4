import { describe, expect, it } from 'vitest';
import { contract } from '~/contract/index.ts';
import { Issue, Suggestion } from '~/contract/shapes/view.ts';
import { catalogue } from '~/core/issues/catalogue.ts';
import { appointed } from './appointing.ts';
import { cases, link, shape } from './catalogue-cases.ts';
import { Cluster } from './cluster.ts';

/** Each row of the catalogue: raised by its fact, cleared when the fact is gone, and sayable at 3 am. */

describe('the catalogue of issues', () => {
  it('finds nothing wrong with a healthy cluster, however long one looks', () => {
    const cluster = new Cluster({ ...shape, 'r-1': ['e'] });
    for (let second = 0; second < 30; second += 1) {
      expect(cluster.codes()).toEqual([]);
      cluster.pass(1000);
    }
    expect(cluster.look().instances.every(({ health }) => health === 'ok')).toBe(true);
  });

  it('finds nothing wrong with one whose masters are appointed', () => {
    const cluster = new Cluster({ s1: ['a', 'b', 'x'], s2: ['c', 'd'] });
    appointed(cluster);
    for (let second = 0; second < 30; second += 1) {
      expect(cluster.codes()).toEqual([]);
      cluster.pass(1000);
    }
  });

  it('has a case here for every row, and no two rows of one code', () => {
    expect(Object.keys(cases).toSorted()).toEqual(catalogue.map(({ code }) => code).toSorted());
  });

  describe.each(catalogue.map((row) => [row.code, row] as const))('%s', (code, row) => {
    const wanted = cases[code]!;
    const begin = wanted.begin ?? (() => new Cluster(shape));
    const find = (cluster: Cluster) => cluster.look().issues.filter((issue) => issue.code === code);

    it('is raised after its grace, stays itself, and is cleared', () => {
      const cluster = begin();
      expect(find(cluster)).toEqual([]);
      wanted.break(cluster);
      const early = find(cluster);
      if (row.graceMs > 0) {
        expect(early).toEqual([]);
        cluster.pass(row.graceMs - 1, wanted.silent);
        expect(find(cluster)).toEqual([]);
        cluster.pass(1, wanted.silent);
      }
      const [issue, ...others] = find(cluster);
      expect(others).toEqual([]);
      expect(issue).toBeDefined();
      Issue.parse(issue);
      expect(issue!.object.name).toBe(wanted.at);
      expect(issue!.severity).toBe(wanted.severity);
      for (const words of wanted.says) expect(issue!.sentence).toContain(words);
      expect(issue!.repair && { operation: issue!.repair.operation, input: issue!.repair.input }).toEqual(wanted.repair ?? null);
      expect(issue!.since).toBeLessThanOrEqual(cluster.now - row.graceMs);

      cluster.pass(1000, wanted.silent);
      const later = find(cluster)[0];
      expect({ id: later?.id, since: later?.since, sentence: later?.sentence }).toEqual({ id: issue!.id, since: issue!.since, sentence: issue!.sentence });

      wanted.mend(cluster);
      expect(find(cluster)).toEqual([]);
      expect([...cluster.seen.keys()].filter((id) => id.startsWith(`${code}:`))).toEqual([]);
    });

    it('says something a person can act on', () => {
      const cluster = begin();
      wanted.break(cluster);
      find(cluster);
      cluster.pass(row.graceMs, wanted.silent);
      const issue = find(cluster)[0]!;
      expect(issue.sentence).toMatch(/^[A-Za-z].*[.]$/);
      expect(issue.wayOut).toMatch(/^[A-Za-z].*[.`]$/);
      expect(issue.sentence).not.toMatch(/undefined|null|NaN|\bInfinity\b|\.\.$/);
      expect(issue.wayOut).not.toMatch(/undefined|null|NaN/);
    });
  });

  it('offers to rebuild a replica whose rows are on no disk any more, and never the master', () => {
    const cluster = new Cluster(shape);
    for (const alias of ['a', 'b']) link(cluster, alias, (upstream) => Object.assign(upstream, { status: 'stopped', message: 'Missing .xlog file between LSN 5 {1: 5} and 9 {1: 9}' }));
    const { issues } = cluster.look();
    const repairs = issues.filter(({ code }) => code === 'replication-stopped').map(({ object, repair }) => [object.name, repair?.operation]);
    expect(repairs.toSorted()).toEqual([['a', 'replicaset.restartReplication'], ['b', 'instance.rebuild']]);
  });

  it('offers repairs that the contract has, with inputs that it takes', () => {
    for (const [code, wanted] of Object.entries(cases)) {
      if (!wanted.repair) continue;
      const [noun, verb] = wanted.repair.operation.split('.') as ['instance', 'edit'];
      expect(contract[noun]?.[verb], code).toBeDefined();
      expect(contract[noun][verb].input.strict().safeParse(wanted.repair.input).success, code).toBe(true);
    }
  });

  it('suggests one action for what one action mends', () => {
    const cluster = new Cluster(shape);
    for (const alias of ['a', 'b', 'c', 'd']) link(cluster, alias, (upstream) => Object.assign(upstream, { status: 'stopped', message: 'gap' }));
    const { suggestions, issues } = cluster.look();
    expect(suggestions).toHaveLength(1);
    Suggestion.parse(suggestions[0]);
    expect(suggestions[0]).toMatchObject({ operation: 'replicaset.restartReplication', title: 'Restart replication in 2 replicasets', inputs: [{ replicaset: 's1' }, { replicaset: 's2' }] });
    expect(suggestions[0]!.issues).toEqual(issues.map(({ id }) => id));
  });
});
