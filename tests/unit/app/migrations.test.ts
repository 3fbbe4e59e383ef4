import { describe, expect, it } from 'vitest';
import { lineOf, matchingSteps, ordersOf, summaryOf } from '~/app/lib/migrations.ts';
import { migrationStates, type MigrationRow } from '~/contract/shapes/migration.ts';

const row = (over: Partial<MigrationRow> = {}): MigrationRow => ({ role: 'bank', step: '0002-fees', number: 2, file: 'roles/bank/migrations/0002-fees.lua', replicaset: 's1', instance: 's1-1', state: 'pending', direction: null, down: true, sentence: 'It has not run here.', startedAt: null, finishedAt: null, by: null, ranOn: null, error: null, stack: null, ...over });
const labels = (over: Partial<MigrationRow>) => ordersOf(row(over)).map(({ label }) => label);

describe('the steps of the Migrations page', () => {
  it('say their state once, and then what there is to say', () => {
    const said = (state: MigrationRow['state'], sentence: string) => lineOf({ state, sentence });
    expect(said('pending', 'It has not run here.')).toBe('pending');
    expect(said('failed', 'It failed: no such owner. Nothing of it stays.')).toBe('failed: no such owner. Nothing of it stays.');
    expect(said('failed', 'It failed on the way back: no such owner.')).toBe('failed: no such owner.');
    expect([said('running', 'It runs.'), said('running', 'It runs: 5 of 60.'), said('running', 'It runs, and is being broken off: aborted by ann.')]).toEqual(['running', 'running: 5 of 60.', 'running: is being broken off: aborted by ann.']);
    expect(said('interrupted', 'It was broken off; nothing of it stays.')).toBe('interrupted: It was broken off; nothing of it stays.');
  });

  it('are found by role, replicaset, state and a part of their name, and counted', () => {
    const rows = [row(), row({ replicaset: 's2', state: 'failed' }), row({ role: 'shop', step: '0001-a', state: 'done' })];
    const found = (filter: Partial<Parameters<typeof matchingSteps>[1]>) => matchingSteps(rows, { q: null, role: null, replicaset: null, state: null, ...filter }).map((one) => rows.indexOf(one));
    expect([found({}), found({ q: ' BANK/0002' }), found({ role: 'shop' }), found({ replicaset: 's2' }), found({ state: 'done' }), found({ q: 'x' })]).toEqual([[0, 1, 2], [0, 1], [2], [1], [2], []]);
    expect([summaryOf(rows), summaryOf([rows[2]!]), summaryOf([])]).toEqual(['3 steps: 1 pending, 1 failed', '1 step, all done', '0 steps']);
  });

  it('offer what their state allows, on their replicaset', () => {
    expect(migrationStates.map((state) => labels({ state }))).toEqual([
      ['Run up to here…', 'Mark as done…'],
      ['Break off…'],
      ['Take back from here…', 'Mark as never run…'],
      ['Resume…', 'Mark as done…', 'Mark as never run…'],
      ['Resume…', 'Mark as done…', 'Mark as never run…'],
      ['Take back from here…', 'Mark as done…', 'Mark as never run…'],
      ['Mark as never run…'],
      [],
    ]);
    expect([labels({ state: 'done', down: false }), labels({ replicaset: null })]).toEqual([['Mark as never run…'], []]);
    expect(ordersOf(row({ state: 'done' }))[0]).toEqual({ operation: 'migration.down', label: 'Take back from here…', input: { role: 'bank', replicaset: 's1', to: 1 } });
  });
});
