import { describe, expect, it } from 'vitest';
import { filteredIssues, isIssueFiltering, issueFilterFrom, issueGroups, noIssueFilter, pressingCount, severityCounts, withIssueFilter } from '~/app/lib/issues.ts';
import { eventsOf, placeOf } from '~/app/lib/object-ways.ts';
import { healthy, troubled, uuidOf } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const { issues } = troubled(now);
const ids = (filter: Partial<typeof noIssueFilter>) => filteredIssues(issues, { ...noIssueFilter, ...filter }).map(({ id }) => id);

describe('issues', () => {
  it('are grouped by severity, worst first, oldest first in a group, without empty groups', () => {
    expect(issueGroups(filteredIssues(issues, noIssueFilter)).map((group) => [group.severity, group.issues.map(({ id }) => id)])).toEqual([
      ['critical', ['unreachable:4', 'crashed:1']],
      ['warning', ['addressChanged:s1-2', 'addressChanged:s2-1', 'configPending:4', 'replicationBroken:2']],
    ]);
  });

  it('are filtered by severity, code and object, by its name or its id', () => {
    expect(ids({ severity: 'critical' })).toEqual(['unreachable:4', 'crashed:1']);
    expect(ids({ code: 'crashed' })).toEqual(['crashed:1']);
    expect(ids({ object: 's2-2' })).toEqual(['unreachable:4', 'configPending:4']);
    expect(ids({ object: uuidOf(4), severity: 'warning' })).toEqual(['configPending:4']);
    expect(ids({ object: 's2' })).toEqual([]);
  });

  it('are counted as the other filters leave them', () => {
    expect(severityCounts(issues, { severity: 'critical', code: null, object: 's2-2' })).toEqual({ critical: 1, warning: 1, info: 0 });
  });

  it('that only inform, or that are muted, do not count in the header', () => {
    const muted = { scope: 'crashed', by: 'ann', at: now, until: now + 1, reason: null };
    expect(pressingCount(issues)).toBe(6);
    expect(pressingCount([...issues, { ...issues[0]!, severity: 'info' }])).toBe(6);
    expect(pressingCount(issues.map((issue) => (issue.id === 'crashed:1' ? { ...issue, muted } : issue)))).toBe(5);
    expect(pressingCount(healthy(now).issues)).toBe(0);
  });

  it('are filtered by the address, which keeps what it does not know', () => {
    const filter = { severity: 'warning', code: 'crashed', object: 's1-1' } as const;
    const params = withIssueFilter(new URLSearchParams('instance=a&severity=info'), filter);
    expect(issueFilterFrom(params)).toEqual(filter);
    expect(params.get('instance')).toBe('a');
    expect(withIssueFilter(params, noIssueFilter).toString()).toBe('instance=a');
    expect(issueFilterFrom(new URLSearchParams('severity=bad&code=&object='))).toEqual(noIssueFilter);
    expect([noIssueFilter, filter].map(isIssueFiltering)).toEqual([false, true]);
  });

  it('lead to the replicaset and to the events of an object', () => {
    expect(placeOf({ kind: 'replicaset', id: 'x', name: 's 1' })).toBe('/?q=s+1');
    expect(placeOf({ kind: 'instance', id: 'x', name: 'a' })).toBeNull();
    expect(eventsOf('a&b')).toBe('/events?object=a%26b');
  });
});
