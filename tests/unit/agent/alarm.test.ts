import { expect, test } from 'vitest';
import { Alarm } from '~/agent/failover/alarm.ts';
import { monotonicMs } from '~/agent/failover/monotonic.ts';
import { waitFor } from '~/tests/support/wait.ts';

function alarmed() {
  const rung: number[] = [];
  const alarm = new Alarm(() => rung.push(monotonicMs()));
  return { alarm, rung };
}

test('rings at the time that was set last, however often it was put off or brought forward', async () => {
  const [later, sooner] = [alarmed(), alarmed()];
  const now = monotonicMs();
  for (const inMs of [20, 60, 120]) later.alarm.set(now + inMs);
  for (const inMs of [10_000, 120]) sooner.alarm.set(now + inMs);
  await waitFor(() => later.rung.length > 0 && sooner.rung.length > 0, { timeoutMs: 10_000, what: 'both alarms' });
  expect([later.rung.length, sooner.rung.length]).toEqual([1, 1]);
  expect(Math.min(later.rung[0]!, sooner.rung[0]!)).toBeGreaterThanOrEqual(now + 120);
});

test('one that was called off does not ring, nor one that is never to', async () => {
  const [off, never, witness] = [alarmed(), alarmed(), alarmed()];
  const now = monotonicMs();
  for (const { alarm } of [off, never, witness]) alarm.set(now + 20);
  off.alarm.off();
  never.alarm.set(Infinity);
  witness.alarm.set(now + 60);
  await waitFor(() => witness.rung.length > 0, { timeoutMs: 10_000, what: 'the one that rings' });
  expect([off.rung, never.rung]).toEqual([[], []]);
});

test('one that has rung is set anew', async () => {
  const { alarm, rung } = alarmed();
  alarm.set(monotonicMs());
  await waitFor(() => rung.length === 1, { timeoutMs: 10_000, what: 'the first time' });
  alarm.set(monotonicMs() + 10);
  await waitFor(() => rung.length === 2, { timeoutMs: 10_000, what: 'the second time' });
});
