import { describe, expect, it } from 'vitest';
import type { DecisionView, TrailEntry } from '~/contract/shapes/failover-view.ts';
import { failoverEvents } from '~/core/events/failover-events.ts';
import { incidentDetailOf } from '~/core/incidents/detail.ts';
import { groupsOf } from '~/core/incidents/group.ts';
import { idOf, incidentsOf, parsedId, type Names } from '~/core/incidents/incident.ts';
import type { TrailRow } from '~/core/incidents/rows.ts';

const rs = '00000000-0000-4000-8000-0000000000ff';
const id = (alias: string) => `00000000-0000-4000-8000-00000000000${alias}`;
const names: Names = { replicaset: { uuid: rs, alias: 's1' }, instance: (uuid) => ({ uuid, alias: uuid.at(-1)! }) };
const t0 = 1_700_000_000_000;

let number = 0;
const note = (at: number, agent: string, [what, epoch, detail = null]: readonly [TrailEntry['what'], number, (string | null)?]): TrailRow => ({
  agent: id(agent), life: 'l', number: (number += 1), at: t0 + at, replicaset: rs, epoch, by: ['decided', 'switching', 'blocked', 'manual', 'active', 'standby'].includes(what) ? 'coordinator' : 'member', what, detail,
});
const decision = (epoch: number, more: Partial<DecisionView> = {}): DecisionView => ({ replicaset: rs, epoch, term: 3, cause: 'crash', from: id('a'), to: id('b'), evidence: [`${id('a')} gave the lease of epoch ${epoch - 1} back: exited.`], rowsLost: 0, ...more });

const crash = (at: number, epoch: number) => [
  note(at, 'a', ['exited', epoch - 1, 'signal SIGKILL']), note(at + 2, 'a', ['released', epoch - 1, 'exited']), note(at + 20, '9', ['decided', epoch - 1, `${id('b')} leads in epoch ${epoch}`]),
  note(at + 25, 'b', ['demoted', epoch]), note(at + 30, 'b', ['confirmed', epoch]), note(at + 40, 'b', ['promoted', epoch]), note(at + 60, 'c', ['demoted', epoch]),
];
const all = { names, now: t0 + 10_000_000 };

describe('incidents', () => {
  it('joins what ended an epoch with what made the next, whatever order the notes came in', () => {
    const rows = crash(1000, 5);
    for (const order of [rows, rows.toReversed(), rows.toSorted((a, b) => a.what.localeCompare(b.what))]) {
      const found = incidentsOf(order, [decision(5)], all);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ id: `${rs}:5`, epoch: 5, cause: 'crash', state: 'done', from: { alias: 'a' }, to: { alias: 'b' }, startedAt: t0 + 1000, endedAt: t0 + 1040, readOnlyMs: 40, rowsLost: 0 });
      expect(found[0]!.sentence).toBe('b leads s1 instead of a in epoch 5 (its process ended); no writes for 40 ms.');
    }
  });

  it('says the same without the decision, as far as the notes go', () => {
    expect(incidentsOf(crash(0, 5), [], all)[0]).toMatchObject({ cause: 'crash', from: { alias: 'a' }, to: { alias: 'b' }, rowsLost: null, state: 'done' });
  });

  it('tells each try that was given up as one of its own', () => {
    const abort = (at: number) => [note(at, '9', ['switching', 5, 'a to c']), note(at + 5, 'a', ['frozen', 5]), note(at + 2000, '9', ['aborted', 5, 'a stays']), note(at + 2001, 'a', ['aborted', 5])];
    const rows = [...abort(0), ...abort(600_000), note(1_200_000, '9', ['switching', 5, 'a to b']), note(1_200_004, 'a', ['frozen', 5]), note(1_200_010, '9', ['decided', 5, `${id('b')} leads in epoch 6`]), note(1_200_020, 'b', ['promoted', 6])];
    const found = incidentsOf(rows, [decision(6, { cause: 'switchover' })], all);
    expect(found.map((one) => [one.id, one.state])).toEqual([[`${rs}:6`, 'done'], [`${rs}:6:2`, 'aborted'], [`${rs}:6:1`, 'aborted']]);
    expect(found[0]).toMatchObject({ readOnlyMs: 16, startedAt: t0 + 1_200_000 });
    expect(found[2]!.sentence).toContain('was given up (a switchover); a led before');
  });

  it('is none where a master only wrote on by promises, and begins with that where it was lost then', () => {
    const promises = [note(0, 'a', ['failsafe', 4, 'promises of 2']), note(25_000, 'a', ['failsafe', 4, 'promises of 2'])];
    expect(incidentsOf(promises, [], { names, now: t0 + 30_000 })).toEqual([]);
    expect(incidentsOf([...promises, ...crash(26_000, 5)], [decision(5)], all)).toMatchObject([{ state: 'done', startedAt: t0, epoch: 5 }]);
  });

  it('keeps one open until a master writes, and calls it over when nothing comes', () => {
    const rows = crash(0, 5).filter(({ what }) => what !== 'promoted' && what !== 'confirmed' && what !== 'decided' && what !== 'demoted');
    expect(incidentsOf(rows, [], { names, now: t0 + 5000 })[0]).toMatchObject({ state: 'open', endedAt: null, epoch: 5 });
    expect(incidentsOf(rows, [], { names, now: t0 + 500_000 })[0]).toMatchObject({ state: 'aborted' });
  });

  it('puts consecutive failovers into one incident each', () => {
    const rows = [5, 6, 7, 8].flatMap((epoch, index) => crash(index * 3000, epoch));
    const found = incidentsOf(rows, [5, 6, 7, 8].map((epoch) => decision(epoch)), all);
    expect(found.map(({ epoch, readOnlyMs }) => [epoch, readOnlyMs])).toEqual([[8, 40], [7, 40], [6, 40], [5, 40]]);
    expect(groupsOf(rows, []).flatMap((group) => group.rows)).toHaveLength(rows.length);
  });

  it('counts from the last renewal that was seen where the old master left no note', () => {
    const rows = [note(5000, '9', ['decided', 4, `${id('b')} leads in epoch 5`]), note(5030, 'b', ['promoted', 5])];
    const [found] = incidentsOf(rows, [decision(5, { cause: 'expiry', evidence: [`${id('a')} has not renewed the lease of epoch 4 for 2105 ms.`], rowsLost: null })], all);
    expect(found).toMatchObject({ readOnlyMs: 2135, cause: 'expiry' });
  });

  it('has every note of its time in the detail, with names, on one line of time', async () => {
    const rows = [...crash(0, 5), note(10, '8', ['active', 4, 'taken']), ...crash(900_000, 6)];
    const event = { id: 1, at: t0 + 3, kind: 'gossip' as const, severity: 'warning' as const, object: { kind: 'instance' as const, id: id('a'), name: 'a' }, sentence: 'Gossip suspects a.', actor: null, data: {} };
    const detail = await incidentDetailOf({ epoch: 5, attempt: 0, rows, decisions: [decision(5)], names, now: all.now, lostRows: [{ instance: names.instance(id('a')), name: 'epoch-5', rows: 17, complete: true }], notes: [] }, async ({ since, until }) => (event.at >= since && event.at <= until ? [event] : []));
    expect(detail!.timeline.map(({ what }) => what)).toEqual(['exited', 'released', 'gossip', 'active', 'decided', 'demoted', 'confirmed', 'promoted', 'demoted']);
    expect(detail!.timeline[0]).toMatchObject({ sinceStartMs: 0, source: 'member', sentence: 'The database process of a ended: signal SIGKILL.' });
    expect(detail!.timeline[4]!.sentence).toBe('9 decided: b leads in epoch 5.');
    expect(detail!.evidence).toEqual(['a gave the lease of epoch 4 back: exited.']);
    expect(detail!.rowsSentence).toBe('17 rows that only an old master had are kept in lost and found.');
    expect(await incidentDetailOf({ epoch: 9, attempt: 0, rows, decisions: [], names, now: 0, lostRows: [], notes: [] }, async () => [])).toBeNull();
  });

  it('reads its own ids', () => {
    for (const one of [{ epoch: 5, attempt: 0 }, { epoch: 12, attempt: 3 }]) expect(parsedId(idOf(rs, one))).toEqual({ replicaset: rs, ...one });
    expect(parsedId('s1:7')).toEqual({ replicaset: 's1', epoch: 7, attempt: 0 });
    for (const wrong of ['s1', 's1:', ':7', 's1:x', 's1:1:2:3']) expect(parsedId(wrong), wrong).toBeNull();
  });
});

describe('events of notes', () => {
  it('name their incident, and what is nobody\'s is told once', () => {
    const rows = [...crash(0, 5), note(100, '9', ['active', 5]), { ...note(100, '9', ['active', 5]), replicaset: id('e') }];
    const events = failoverEvents(rows, null);
    expect(events.filter(({ data }) => data.incident !== undefined).every(({ data }) => data.incident === `${rs}:5`)).toBe(true);
    expect(events.filter(({ data }) => data.what === 'active')).toHaveLength(1);
    expect(events.map(({ data }) => data.what)).toEqual(['exited', 'decided', 'promoted', 'active']);
  });
});
