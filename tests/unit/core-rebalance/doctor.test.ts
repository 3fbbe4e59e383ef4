import { describe, expect, test } from 'vitest';
import { bucketStates, isOwner, rangesText, type BucketRow, type BucketsTable } from '~/core/rebalance/buckets-table.ts';
import { findingsOf, type Scan } from '~/core/rebalance/doctor.ts';
import type { Finding } from '~/core/rebalance/findings.ts';
import { seeded, type Random } from '../../simulation/apply/random.ts';

const row = (id: number, state: BucketRow['state'] = 'active', generation = 1, link: Partial<BucketRow> = {}): BucketRow => ({ id, state, generation, peer: null, attempt: null, ...link });
const table = (replicaset: string, rows: readonly BucketRow[], group: BucketsTable['group'] = { name: 'default', buckets: 4 }): BucketsTable => ({ replicaset, alias: replicaset.toUpperCase(), group, rows });
const scan = (tables: readonly BucketsTable[], unheard: readonly string[] = []): Scan => ({ group: 'default', buckets: 4, tables, unheard });
const codes = (findings: readonly Finding[]) => findings.map(({ code, buckets }) => `${code} ${rangesText(buckets)}`);
const toB = { peer: 'b', attempt: 't' };
const fromA = { peer: 'a', attempt: 't' };

describe('what is healthy', () => {
  test.each([
    ['at rest', [row(1), row(2)], [row(3), row(4, 'pinned')]],
    ['refused to writes', [row(1, 'sending', 1, toB), row(2)], [row(3), row(4)]],
    ['on its way', [row(1, 'sending', 1, toB), row(2)], [row(1, 'receiving', 2, fromA), row(3), row(4)]],
    ['decided', [row(1, 'sent', 1, toB), row(2)], [row(1, 'receiving', 2, fromA), row(3), row(4)]],
    ['begun', [row(1, 'sent', 1, toB), row(2)], [row(1, 'active', 2), row(3), row(4)]],
    ['deleting', [row(1, 'garbage', 1), row(2)], [row(1, 'active', 2), row(3), row(4)]],
    ['given back later', [row(1, 'active', 3), row(2)], [row(1, 'garbage', 2), row(3), row(4)]],
  ])('%s', (_, a, b) => expect(findingsOf(scan([table('a', a), table('b', b)]), null)).toEqual([]));
});

describe('what is not', () => {
  test('nobody has it: an empty one in its place only if the rows are given up', () => {
    const [finding] = findingsOf(scan([table('a', [row(1), row(2)]), table('b', [row(4)])]), null);
    expect(finding).toMatchObject({ code: 'lost', severity: 'critical', buckets: [3], sentence: 'Bucket 3: no replicaset knows of it, so requests for it fail.' });
    expect(finding?.wayOut).toContain('B gets it empty');
    expect(finding?.repairs).toEqual([{ replicaset: 'b', bucket: 3, expected: null, to: { state: 'active', generation: 1 } }]);
  });

  test('nobody owns it, and rows are left: a person says what', () => {
    const [finding] = findingsOf(scan([table('a', [row(1), row(2), row(3, 'garbage')]), table('b', [row(4)])]), null);
    expect(finding).toMatchObject({ code: 'lost', buckets: [3], repairs: [] });
    expect(finding?.wayOut).toContain('Stop A from deleting');
  });

  test('who did not answer may have it', () => {
    expect(findingsOf(scan([table('a', [row(1), row(2)])], ['B']), null)).toMatchObject([{ code: 'unknown', severity: 'warning', buckets: [3, 4], sentence: 'Buckets 3-4: nobody who answered owns it; B did not answer.', repairs: [] }]);
    // What a transfer waits for is at the other end.
    expect(findingsOf(scan([table('a', [row(1, 'sent', 1, toB), row(2), row(3), row(4)])], ['B']), null)).toEqual([]);
  });

  test('two have it: the later hand-over wins', () => {
    const [finding] = findingsOf(scan([table('a', [row(1, 'active', 4), row(2)]), table('b', [row(1, 'active', 5), row(3), row(4)])]), null);
    expect(finding).toMatchObject({ code: 'doubled', severity: 'critical', buckets: [1], repairs: [{ replicaset: 'a', bucket: 1, expected: { state: 'active', generation: 4 }, to: { state: 'garbage', generation: 4 } }] });
    expect(finding?.sentence).toContain('owned by A and B; B got it later');
  });

  test('two have it by the same right: nothing is deleted by itself', () => {
    expect(findingsOf(scan([table('a', [row(1, 'active', 5), row(2)]), table('b', [row(1, 'pinned', 5), row(3), row(4)])]), null)).toMatchObject([{ code: 'disputed', repairs: [] }]);
  });

  test('handed over to one that lost it', () => {
    expect(findingsOf(scan([table('a', [row(1, 'sent', 7, toB), row(2)]), table('b', [row(3), row(4)])]), null)).toMatchObject([{ code: 'stranded', repairs: [{ replicaset: 'a', bucket: 1, expected: { state: 'sent', generation: 7 }, to: { state: 'active', generation: 9 } }] }]);
    const other = { ...fromA, attempt: 'another' };
    expect(codes(findingsOf(scan([table('a', [row(1, 'sent', 7, toB), row(2)]), table('b', [row(1, 'receiving', 8, other), row(3), row(4)])]), null))).toEqual(['stranded 1']);
  });

  test('handed over to one that came back from before', () => {
    for (const generation of [6, 7]) {
      const [finding] = findingsOf(scan([table('a', [row(1, 'sent', 7, toB), row(2)]), table('b', [row(1, 'active', generation), row(3), row(4)])]), null);
      expect(finding).toMatchObject({ code: 'outdated', repairs: [{ replicaset: 'b', to: { state: 'garbage' } }, { replicaset: 'a', to: { state: 'active', generation: 9 } }] });
    }
    // Under way to c, which goes on by itself; or to one that does not answer: then nothing is deleted.
    const toC = { peer: 'c', attempt: 't' };
    const old = [table('a', [row(1, 'sent', 7, toC), row(2), row(3), row(4)]), table('b', [row(1, 'active', 6)])];
    expect(findingsOf(scan([...old, table('c', [row(1, 'receiving', 8, fromA)])]), null)).toMatchObject([{ code: 'outdated', repairs: [{ replicaset: 'b' }] }]);
    expect(findingsOf(scan(old, ['C']), null)).toMatchObject([{ code: 'outdated', repairs: [], wayOut: expect.stringContaining('Bring back') }]);
  });

  test('rows of a hand-over that was given up go by themselves', () => {
    expect(findingsOf(scan([table('a', [row(1), row(2)]), table('b', [row(1, 'receiving', 2, fromA), row(3), row(4)])]), null)).toMatchObject([{ code: 'leftover', severity: 'info', buckets: [1], repairs: [] }]);
  });

  test('another group, another number, numbers that are none', () => {
    const hot = table('b', [row(3), row(4)], { name: 'hot', buckets: 4 });
    const big = table('b', [row(3), row(4)], { name: 'default', buckets: 8 });
    for (const wrong of [hot, big]) {
      const findings = findingsOf(scan([table('a', [row(1), row(2)]), wrong]), null);
      expect(codes(findings)).toEqual(['foreign 3-4', 'lost 3-4']);
      // An empty one in its place would bury the rows that are still there.
      expect(findings.flatMap(({ repairs }) => repairs)).toEqual([]);
    }
    expect(codes(findingsOf(scan([table('a', [row(1), row(2), row(9), row(0)]), table('b', [row(3), row(4)])]), null))).toEqual(['outOfRange 0, 9']);
    expect(findingsOf(scan([table('a', [row(1), row(2), row(3), row(4)]), table('b', [], null)]), null)).toEqual([]);
  });

  test('what only one of two scans finds was on its way', () => {
    const before = scan([table('a', [row(1), row(2)]), table('b', [row(1, 'active', 2), row(3)])]);
    const after = scan([table('a', [row(1, 'garbage'), row(2)]), table('b', [row(1, 'active', 2), row(3)])]);
    expect(codes(findingsOf(before, null))).toEqual(['doubled 1', 'lost 4']);
    expect(codes(findingsOf(after, before))).toEqual(['lost 4']);
    expect(codes(findingsOf(before, after))).toEqual(['lost 4']);
  });

  test('a lost one is found though another one would get it by the second scan', () => {
    const heirOf = (findings: readonly Finding[]) => findings.flatMap(({ repairs }) => repairs.map(({ replicaset, bucket }) => `${replicaset} ${bucket}`));
    const toA = scan([table('a', [row(1)]), table('b', [row(2), row(3)])]);
    const then = scan([table('a', [row(1), row(2)]), table('b', [row(3)])]);
    expect([heirOf(findingsOf(toA, null)), heirOf(findingsOf(then, null))]).toEqual([['a 4'], ['b 4']]);
    const findings = findingsOf(then, toA);
    expect(codes(findings)).toEqual(['lost 4']);
    expect(heirOf(findings)).toEqual(['b 4']);
    // Rows that are there are another matter: what would be deleted has to be the same both times.
    const doubled = (generation: number) => scan([table('a', [row(1, 'active', generation), row(2)]), table('b', [row(1, 'active', 9), row(3), row(4)])]);
    expect(codes(findingsOf(doubled(4), doubled(4)))).toEqual(['doubled 1']);
    expect(findingsOf(doubled(5), doubled(4))).toEqual([]);
  });

  test('thousands with the same fate read as one, and take little time', () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => row(index + 1));
    const group = { name: 'default', buckets: 30_000 };
    const tables = [table('a', rows.filter(({ id }) => id % 3 > 0), group), table('b', [], group)];
    const findings = findingsOf({ group: 'default', buckets: 30_000, tables, unheard: [] }, { group: 'default', buckets: 30_000, tables, unheard: [] });
    expect(findings.map(({ code, buckets, sentence }) => [code, buckets.length, sentence.slice(0, 30)])).toEqual([['lost', 10_000, 'Buckets 3, 6, 9, 12, 15, 18, 2']]);
  });
});

function randomTables(random: Random): BucketsTable[] {
  const names = ['a', 'b', 'c'];
  return names.map((name) => {
    const rows = [1, 2, 3, 4, 5].filter(() => random.chance(0.6)).map((id) => row(id, random.pick(bucketStates), Math.floor(random.between(1, 5)), { peer: random.pick(names.filter((other) => other !== name)), attempt: random.pick(['t', 'u']) }));
    return table(name, rows);
  });
}

/** As a master does it: only when the row is still as it was seen. */
function mended(tables: readonly BucketsTable[], findings: readonly Finding[]): BucketsTable[] {
  const repairs = findings.flatMap((finding) => finding.repairs);
  return tables.map((one) => {
    const mine = repairs.filter(({ replicaset }) => replicaset === one.replicaset);
    const kept = one.rows.map((old) => {
      const repair = mine.find(({ bucket, expected }) => bucket === old.id && expected?.state === old.state && expected.generation === old.generation);
      return repair ? row(old.id, repair.to.state, repair.to.generation) : old;
    });
    const made = mine.filter(({ bucket, expected }) => expected === null && !one.rows.some(({ id }) => id === bucket)).map(({ bucket, to }) => row(bucket, to.state, to.generation));
    return { ...one, rows: [...kept, ...made] };
  });
}

describe('whatever the tables say', () => {
  test.each(Array.from({ length: 300 }, (_, seed) => seed))('seed %i: repairs end in buckets with one owner, and ask for nothing more', (seed) => {
    const tables = randomTables(seeded(seed));
    const findings = findingsOf(scan(tables), null);
    expect(findingsOf(scan(tables.toReversed()), null)).toEqual(findings);
    const open = new Set(findings.filter(({ repairs }) => repairs.length === 0).flatMap(({ buckets }) => buckets));
    const after = mended(tables, findings);
    const again = findingsOf(scan(after), null);
    expect(again.flatMap(({ repairs }) => repairs)).toEqual([]);
    for (let bucket = 1; bucket <= 4; bucket++) {
      const owners = after.flatMap(({ rows }) => rows.filter((one) => one.id === bucket && isOwner(one))).length;
      const arriving = after.some(({ rows }) => rows.some((one) => one.id === bucket && one.state === 'sent'));
      if (!open.has(bucket)) expect(owners, `owners of ${bucket}`).toBe(arriving && owners === 0 ? 0 : 1);
      // What is whole is left alone.
      if (!findings.some(({ buckets }) => buckets.includes(bucket))) expect(after.map(({ rows }) => rows.find(({ id }) => id === bucket))).toEqual(tables.map(({ rows }) => rows.find(({ id }) => id === bucket)));
    }
  });
});
