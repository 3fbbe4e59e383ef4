import { expect, test } from 'vitest';
import { participantsOf } from '~/core/apply/participants.ts';
import { settledRun } from '~/core/apply/settle.ts';
import type { ApplyRun } from '~/core/apply/version.ts';
import { emptyConfig } from '~/core/config/empty.ts';

const partial: ApplyRun = {
  id: 'r1', version: 5, baseVersion: 4, state: 'partial', author: 'ann', surface: 'cli', reason: null, startedAt: 0, decidedAt: 1, finishedAt: 2, error: null,
  instances: [
    { uuid: 'a1', alias: 'a1', state: 'applied', message: null, tookMs: 3 },
    { uuid: 'a2', alias: 'a2', state: 'pending', message: 'away', tookMs: null },
  ],
};
const report = (committedVersion: number, appliedVersion: number, reason: string | null = null, fault: string | null = null) => ({ committedVersion, appliedVersion, reason, fault });

test('a partial run is done when those who were away have caught up', () => {
  expect(settledRun(partial, () => null)).toBe(partial);
  expect(settledRun(partial, () => report(4, 4))).toBe(partial);
  expect(settledRun(partial, () => report(5, 4, 'box.cfg failed'))).toMatchObject({ state: 'partial', instances: [{}, { state: 'failed', message: 'box.cfg failed' }] });
  // In effect, but for a role: the run goes on until that is too.
  const faulty = settledRun(partial, () => report(5, 5, null, 'Applied, but'));
  expect(faulty).toMatchObject({ state: 'partial', instances: [{}, { state: 'failed', message: 'Applied, but' }] });
  expect(settledRun(faulty, () => report(5, 5, null, 'Applied, but'))).toBe(faulty);
  expect(settledRun(faulty, () => report(5, 5))).toMatchObject({ state: 'done', instances: [{}, { state: 'applied', message: null }] });
  expect(settledRun(partial, () => report(6, 6))).toMatchObject({ state: 'done', instances: [{}, { state: 'applied', message: null }] });
});

test('who has left the cluster is not waited for, and other runs are left alone', () => {
  expect(settledRun(partial, () => null, (uuid) => uuid === 'a2').state).toBe('done');
  const aborted = { ...partial, state: 'aborted' as const };
  expect(settledRun(aborted, () => report(9, 9))).toBe(aborted);
});

test('those enabled before or after take part, sorted by alias', () => {
  const row = (alias: string, disabled: boolean) => ({ alias, uri: `h:${alias.length}`, replicaset: 'r', zone: null, electable: true, disabled });
  const base = { ...emptyConfig('c'), instances: { u1: row('z', false), u2: row('y', true), u3: row('x', false) } };
  const candidate = { ...emptyConfig('c'), instances: { u2: row('y', true), u3: row('x', true), u4: row('w', false) } };
  expect(participantsOf({ base, candidate, reachable: (uuid) => uuid !== 'u1' })).toEqual([
    { uuid: 'u4', alias: 'w', reachable: true },
    { uuid: 'u3', alias: 'x', reachable: true },
    { uuid: 'u1', alias: 'z', reachable: false },
  ]);
});
