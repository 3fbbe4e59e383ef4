import { describe, expect, test } from 'vitest';
import type { MigrationRecord } from '~/contract/shapes/migration.ts';
import { migrationPlan, type Wanted } from '~/core/migrations/plan.ts';
import { standingsIn, type RunThere, type There } from '~/core/migrations/standing.ts';
import { sentenceOf } from '~/core/migrations/words.ts';
import { doneRecord } from '~/tests/support/fake-migrations.ts';

const step = (role: string, name: string, down = false) => ({ role, name, number: Number.parseInt(name, 10), hash: `hash of ${name}`, file: `roles/${role}/migrations/${name}.lua`, down });
const steps = [step('money', '0001-m'), step('bank', '0001-a', true), step('bank', '0002-b', true), step('bank', '0003-c')];
const run: RunThere = { attempt: 'one', by: 'ann', at: 1000, done: false, role: 'bank', name: '0002-b', since: 1000, progress: '5 of 9', broken: null };
const there = (records: readonly Partial<MigrationRecord>[], over: Partial<There> = {}): There => ({ steps, records: records.map((one) => doneRecord({ role: 'bank', name: '0001-a', ...one })), run: null, ...over });
const up: Wanted = { direction: 'up', role: null, to: null, resume: false };
const down: Wanted = { direction: 'down', role: 'bank', to: 0, resume: false };
const planned = (now: There, over: Partial<Wanted> = {}, of = up) => {
  const plan = migrationPlan(now, { ...of, ...over }, { alias: 's1', clock: (at) => `${at} UTC` });
  return { steps: plan.steps.map(({ role, name }) => `${role}/${name}`), refusals: plan.refusals.map(({ code }) => code), plan };
};

describe('what became of the steps', () => {
  test('is told by record, text and what runs', () => {
    const records = [{}, { name: '0002-b', state: 'running' as const }, { name: '0003-c', hash: 'another' }, { role: 'old', name: '0009-x' }];
    const states = (now: There) => standingsIn(now).map(({ state }) => state);
    expect(states(there(records))).toEqual(['pending', 'done', 'interrupted', 'changed', 'gone']);
    expect(states(there(records, { run }))).toEqual(['pending', 'done', 'running', 'changed', 'gone']);
    // A run that has ended, of another attempt, or at another step, is not this one.
    for (const over of [{ done: true }, { attempt: 'two' }, { name: '0001-a' }]) expect(states(there(records, { run: { ...run, ...over } }))[2]).toBe('interrupted');
    expect(standingsIn(there(records, { run })).map((one) => sentenceOf(one, run))[2]).toBe('It runs: 5 of 9.');
  });
});

describe('a plan', () => {
  test('takes what is pending, in order, up to a number of one role', () => {
    expect(planned(there([]))).toMatchObject({ steps: ['money/0001-m', 'bank/0001-a', 'bank/0002-b', 'bank/0003-c'], refusals: [] });
    expect(planned(there([{}]), { role: 'bank', to: 2 })).toMatchObject({ steps: ['bank/0002-b'], refusals: [] });
    expect(planned(there([{ role: 'money', name: '0001-m' }, {}, { name: '0002-b' }, { name: '0003-c' }]))).toMatchObject({ steps: [], refusals: [] });
  });

  test('runs what may have left something only when asked, and what left nothing at once', () => {
    for (const state of ['failed', 'running'] as const) {
      const stopped = there([{}, { name: '0002-b', state }]);
      expect(planned(stopped, { role: 'bank' })).toMatchObject({ steps: ['bank/0002-b', 'bank/0003-c'], refusals: [state === 'failed' ? 'failed' : 'interrupted'] });
      expect(planned(stopped, { role: 'bank', resume: true })).toMatchObject({ steps: ['bank/0002-b', 'bank/0003-c'], refusals: [], plan: { steps: [{ again: true, standing: `${state} one` }, { again: false, standing: null }] } });
      expect(planned(stopped, { role: 'bank', to: 1 })).toMatchObject({ steps: [], refusals: [] });
      expect(planned(there([{}, { name: '0002-b', state, whole: true }]), { role: 'bank' })).toMatchObject({ steps: ['bank/0002-b', 'bank/0003-c'], refusals: [] });
      // A way back that stopped is taken up by neither.
      const back = there([{}, { name: '0002-b', state, whole: true, direction: 'down' }]);
      for (const resume of [false, true]) expect(planned(back, { role: 'bank', resume }).refusals).toEqual(['wayBack']);
    }
  });

  test('refuses a text that was changed, a step that comes too late, and a second run', () => {
    expect(planned(there([{ hash: 'another' }])).refusals).toEqual(['changed']);
    expect(planned(there([{ name: '0003-c' }]), { role: 'bank' }).refusals).toEqual(['outOfOrder', 'outOfOrder']);
    expect(planned(there([{ name: '0003-c' }]), { role: 'money' })).toMatchObject({ steps: ['money/0001-m'], refusals: [] });
    const busy = planned(there([{ hash: 'another' }], { run }));
    expect([busy.refusals, busy.plan.refusals[0]?.sentence]).toEqual([['busy'], 'ann runs migrations on s1 since 1000 UTC: bank/0002-b.']);
    expect(planned(there([], { run: { ...run, done: true } })).refusals).toEqual([]);
  });

  test('takes back what is done behind a number, last first, each by its way back', () => {
    expect(planned(there([{}, { name: '0002-b' }]), {}, down)).toMatchObject({ steps: ['bank/0002-b', 'bank/0001-a'], refusals: [] });
    expect(planned(there([{}, { name: '0002-b' }]), { to: 1 }, down)).toMatchObject({ steps: ['bank/0002-b'], refusals: [] });
    expect(planned(there([{}, { name: '0002-b' }, { name: '0003-c' }]), {}, down).refusals).toEqual(['noWayBack']);
    expect(planned(there([{}, { name: '0002-b' }, { name: '0003-c' }]), { to: 3 }, down)).toMatchObject({ steps: [], refusals: [] });
    expect(planned(there([{}, { name: '0002-b', state: 'failed' }]), {}, down).refusals).toEqual(['stopped']);
    expect(planned(there([{}, { name: '0002-b', state: 'failed', direction: 'down' }]), {}, down)).toMatchObject({ steps: ['bank/0002-b', 'bank/0001-a'], refusals: [] });
    expect(planned(there([{ hash: 'another' }]), {}, down)).toMatchObject({ steps: ['bank/0001-a'], refusals: [] });
  });
});
