import { describe, expect, it } from 'vitest';
import { failoverActions, leaseView, mayLead, setsInOrder, troublesOf } from '~/app/lib/failover.ts';
import { providerAwayMs } from '~/app/lib/failover-settings.ts';
import { causeText, fileNameOf, incidentMark, incidentPath, readOnlyText, sinceText, withNames } from '~/app/lib/incidents.ts';
import { rangesOf, rowText, spacesText } from '~/app/lib/lost-rows.ts';
import { hostsOf, mastersAt } from '~/app/lib/evacuate.ts';
import { isEmptyEdit, nameToType, takesName } from '~/app/lib/draft.ts';
import { wayOn } from '~/app/lib/timeline.ts';
import type { FailoverStatus, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import { failoverFixture, incidentFixtures } from '../../support/fixture-failover.ts';
import { healthy, troubled } from '../../support/fixtures.ts';

/** What the Failover page makes of the status: problems first, reasons for each member, the lease as it stands, and what can be done. */

const now = 1_800_000_000_000;
const well = failoverFixture(healthy(now), { now });
const bad = failoverFixture(troubled(now), { now });
const [s1] = well.replicasets as [ReplicasetStanding];
const keys = (status: FailoverStatus) => troublesOf(status).map(({ key, health }) => `${health} ${key.replace(/^\S+-\S+ /, '')}`);

describe('what a person has to look at', () => {
  it('is nothing while all is well', () => expect(troublesOf(well)).toEqual([]));
  it('is the worst first, and nothing twice', () => {
    const found = keys(bad);
    expect(found[0]).toBe('critical blocked');
    expect(found).toContain('warning provider');
    expect(found.filter((key) => key.startsWith('warning manual'))).toHaveLength(1);
    expect(setsInOrder(bad).map(({ health }) => health)).toEqual(['critical', 'warning']);
  });
  it('is a coordinator where none is active, but not where there are no leases', () => {
    const none = { ...well, coordinators: well.coordinators.map((one) => ({ ...one, active: false })) };
    expect(keys(none)).toEqual(['critical coordinator']);
    expect(keys({ ...none, mode: 'disabled' })).toEqual([]);
  });
  it('offers the acknowledgement where one is waited for', () => expect(troublesOf(bad).find(({ key }) => key.endsWith('manual'))?.action?.operation).toBe('failover.acknowledge'));
});

describe('why a member can or cannot lead', () => {
  const [master, other] = s1.members;
  it.each([
    ['disabled', { disabled: true }, 'disabled'],
    ['silent', { heard: false }, 'its agent does not answer'],
    ['not electable', { electable: false }, 'not electable'],
    ['diverged', { diverged: '3 rows' }, 'has rows of its own: 3 rows'],
    ['hindered', { obstacle: 'disk full' }, 'disk full'],
    ['fenced', { standing: 'fenced' }, 'fenced: it neither writes nor follows'],
  ] as const)('%s', (_, given, why) => expect(mayLead({ ...other!, ...given }, s1)).toMatchObject({ can: false, why }));
  it('says who leads and who would be next', () => {
    expect(mayLead(master!, s1).why).toBe('leads');
    expect(mayLead(other!, s1)).toMatchObject({ can: true, why: 'would be next: follows s1-1, 2 ms behind' });
  });
});

describe('a lease', () => {
  const of = (given: Partial<ReplicasetStanding['members'][number]>, leaseLeftMs: number | null = 1610) => leaseView({ ...s1, leaseLeftMs, members: [{ ...s1.members[0]!, ...given }, s1.members[1]!] }).state;
  it('is held, kept by promises, over, or not known', () => {
    expect(of({})).toBe('held');
    expect(of({ failsafe: true })).toBe('failsafe');
    expect(of({}, 0)).toBe('over');
    expect(of({ writable: false }, null)).toBe('over');
    expect(of({}, null)).toBe('unknown');
    expect(of({ heard: false })).toBe('unknown');
    expect(leaseView(s1)).toMatchObject({ leftMs: 1610, leaseMs: 2000, share: 0.805 });
  });
});

it('what can be done fits what there is', () => {
  const labels = (set: ReplicasetStanding) => failoverActions(set, 'stateful').map(({ label, unfit }) => (unfit === undefined ? label : `(${label})`));
  expect(labels(s1)).toEqual(['Switch the master', 'Edit durability and priority', 'Promote s1-2…']);
  expect(labels({ ...s1, members: s1.members.slice(0, 1) })).toEqual(['(Switch the master)', 'Edit durability and priority']);
  expect(labels({ ...s1, master: null })[0]).toBe('(Switch the master)');
  expect(labels({ ...s1, manual: 'flaps' })[1]).toBe('Acknowledge');
});

describe('incidents', () => {
  const [expiry, switchover, , aborted] = incidentFixtures(well, now);
  it('say what kind they are, how bad, and since when', () => {
    expect([expiry!, switchover!, aborted!].map(causeText)).toEqual(['Failover: lease ran out', 'Switchover', 'Switchover, given up']);
    expect([expiry!, switchover!, aborted!].map(incidentMark)).toEqual(['critical', 'ok', 'warning']);
    expect(readOnlyText(expiry!)).toBe('2.14 s');
    expect([sinceText(12), sinceText(-1500)]).toEqual(['+12 ms', '−1.5 s']);
    expect(fileNameOf(expiry!)).toBe('incident-s1-5.json');
  });
  it('are named by people and not by uuids', () => expect(withNames(`${s1.members[0]!.uuid} leads ${s1.uuid}`, healthy(now))).toBe('s1-1 leads s1'));
  it('are where an event of theirs leads', () => {
    const event = { kind: 'failover' as const, data: { incident: 'a:2' }, object: { kind: 'replicaset' as const, id: 'a', name: 's1' } };
    expect(wayOn({ id: 1, at: now, severity: 'info', sentence: '', actor: null, ...event }, new Set())).toEqual({ href: incidentPath('a:2'), label: 'Incident' });
  });
});

it('chosen rows are named by ranges', () => {
  expect(rangesOf([7, 3, 1, 2])).toEqual(['1-3', '7']);
  expect(rangesOf([])).toEqual([]);
  expect(spacesText({ spaces: [{ name: 'a', rows: 1 }, { name: 'b', rows: 9 }, { name: 'c', rows: 2 }, { name: 'd', rows: 1 }] })).toBe('9 of b, 2 of c, 1 of a and 1 more');
  expect(rowText({ key: [1], tuple: null, operations: [['=', 2, 'x']] })).toBe('key [1] [["=",2,"x"]]');
});

it('evacuates from where masters are', () => {
  const overview = healthy(now);
  expect(hostsOf(overview)).toEqual(['127.0.0.1']);
  expect(mastersAt(overview, 'zone', 'dc-east').map(({ alias }) => alias)).toEqual(['s1-1', 's2-1']);
  expect(mastersAt(overview, 'instance', 's1-2')).toEqual([]);
});

it('the dialog asks for the name only where there is a danger, and hands it on', () => {
  expect(nameToType('failover.promote', { instance: 's1-2' })).toBeNull();
  expect(nameToType('failover.promote', { instance: 's1-2', force: true })).toBe('s1-2');
  expect([takesName('failover.promote'), takesName('replicaset.delete')]).toEqual([true, false]);
  expect(isEmptyEdit('failover.configure', { providerFailoverMs: 640 })).toBe(true);
  expect(isEmptyEdit('failover.configure', { leaseMs: 3000 })).toBe(false);
  expect(providerAwayMs({ settings: { ...well.settings, leaseMs: 1200 }, timing: well.timing })).toBe(640);
});
