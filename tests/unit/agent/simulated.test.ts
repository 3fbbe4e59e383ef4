import { describe, expect, it } from 'vitest';
import { figuresAt, rowsWritten } from '~/agent/simulated/figures.ts';
import { documentOf, populationOf } from '~/agent/simulated/population.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { parseDocument } from '~/core/topology/document.ts';

/** Simulated instances by themselves; behind the real link they are tried in tests/integration/simulated-fleet.test.ts. */

describe('a population', () => {
  it.each([3, 7, 60, 500, 1000])('of %i has its names once, its addresses once, and a cluster file that can be applied', (count) => {
    const places = populationOf(count);
    expect([new Set(places.map(({ name }) => name)).size, new Set(places.map(({ uri }) => uri)).size, places.length]).toEqual([count, count, count]);
    const known = places.map(({ index, name, uri, zone }) => ({ uuid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, alias: name, uri, zone, reachable: true, state: 'unconfigured' as const, readOnly: null, hasData: false }));
    let next = 0;
    const newUuid = () => `00000000-0000-4000-9000-${String((next += 1)).padStart(12, '0')}`;
    const { config, refusals } = parseDocument(documentOf(places, 'big'), { base: emptyConfig('big'), known, newUuid, prune: false });
    expect(refusals).toEqual([]);
    expect(Object.keys(config!.instances)).toHaveLength(places.filter(({ replicaset }) => replicaset !== null).length);
  });
});

describe('figures', () => {
  it('move, stay within what can be, and count upwards', () => {
    const since = 1_800_000_000_000;
    const seen = Array.from({ length: 600 }, (_, second) => figuresAt({ seed: 7, group: 3, since }, since + second * 1000, second % 2 === 0));
    for (const { usedRatio, cpuRatio, lagSeconds } of seen) {
      expect(usedRatio).toBeGreaterThan(0);
      expect(usedRatio).toBeLessThan(0.9);
      expect(cpuRatio).toBeGreaterThan(0);
      expect(lagSeconds).toBeGreaterThanOrEqual(0);
    }
    const totals = seen.map(({ requests }) => requests['REPLACE']!.total);
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
    expect(new Set(seen.map(({ usedRatio }) => usedRatio)).size).toBeGreaterThan(100);
    expect(rowsWritten(3, since + 60_000)).toBeGreaterThan(rowsWritten(3, since));
  });
});
