import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { WhatIfMatrix } from '~/app/failover/what-if/what-if-matrix.tsx';
import { columnsMax, columnsOf, effectOn, goneText, groupsOf, pauseText, tallyOf } from '~/app/lib/what-if.ts';
import { whatIf } from '~/core/what-if/what-if.ts';
import { clusterOf, demo, idOf, twoSites } from '../core-what-if/topologies.ts';

const drawn = (events: Parameters<typeof WhatIfMatrix>[0]['events']): string => renderToStaticMarkup(<MantineProvider><WhatIfMatrix events={events} /></MantineProvider>);

describe('rows', () => {
  const events = whatIf(twoSites());

  test('come in groups, and a filter takes none that is worse', () => {
    expect(groupsOf(events, 'all').map(({ name }) => name)).toEqual(['Sites', 'Links between sites', 'The arbiter and one more', 'Hosts and instances', 'Coordinators', 'State provider']);
    expect(groupsOf(events, 'all').flatMap((group) => group.events)).toHaveLength(events.length);
    expect(groupsOf(events, 'stops').flatMap((group) => group.events.map(({ id }) => id))).toEqual(['allLinks', 'arbiterSiteAndSite:C:A', 'arbiterSiteAndSite:C:B', 'arbiterSiteAndLink:C:A:B']);
    expect(groupsOf(events, 'changes').flatMap((group) => group.events).every(({ worst }) => worst !== 'nothing')).toBe(true);
  });

  test('are counted once each, the worst first', () => {
    const tally = tallyOf(events);
    expect(tally[0]).toEqual({ outcome: 'needsPerson', count: 1 });
    expect(tally.reduce((sum, { count }) => sum + count, 0)).toBe(events.length);
  });

  test('say what goes, for how long, and who does not notice', () => {
    const of = (id: string) => events.find((event) => event.id === id)!;
    expect(goneText(of('site:A'))).toBe('a1, ca, etcd1:2379');
    expect(goneText(of('link:A:B'))).toBeNull();
    expect([pauseText(null), pauseText(0), pauseText(3_011)]).toEqual(['until it is repaired', 'not at all', 'up to 3.0 s']);
    expect(effectOn(whatIf(demo()).find(({ id }) => id === `instance:${idOf('a1')}`)!, idOf('two'))).toBeNull();
  });
});

describe('the matrix', () => {
  test('has a row for each fault, a cell for each replicaset, and says each outcome in words', () => {
    const events = whatIf(demo());
    const html = drawn(events);
    for (const { title } of events) expect(html).toContain(title);
    expect(html.match(/data-event=/g)).toHaveLength(events.length);
    expect(html.match(/data-outcome-of=/g)).toHaveLength(events.length * columnsOf(events).length);
    for (const words of ['to a2', 'unaffected', 'read-only', 'goes on with less']) expect(html).toContain(words);
  });

  test('with many replicasets one summary stands for all', () => {
    const instances = Object.fromEntries(Array.from({ length: columnsMax + 1 }, (_, index) => ['A', 'B'].map((zone) => [`r${index}-${zone}`, { zone, of: `r${index}` }] as const)).flat());
    const events = whatIf(clusterOf({ instances: { ...instances, c1: { zone: 'C', of: 'coordinators' } }, coordinators: ['c1'], etcd: ['A', 'B', 'C'] }));
    const html = drawn(events);
    expect(html).not.toContain('data-outcome-of');
    expect(html).toContain('r1, r2 and 6 more fail over within');
  });

  test('of nothing says so', () => expect(drawn([])).toContain('nothing yet that could be lost'));
});
