import { assert, double, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { rules } from '~/core/failover/rules.ts';
import { fenceMs, graceMs, presets, timingFaults, timingOf, worstCase, worstCaseSentence } from '~/core/failover/timing.ts';

test('the presets are safe and outlive a change of leader of their provider', () => {
  for (const { timing, providerFailoverMs } of Object.values(presets)) expect(timingFaults(timing, providerFailoverMs)).toEqual([]);
});

test('the guard that ends the process does so within what the margin has for it', () => {
  expect(fenceMs).toBeGreaterThan(graceMs);
  for (const { timing } of Object.values(presets)) expect(timing.marginMs).toBeGreaterThanOrEqual(timing.fenceMs + 2 * timing.rho * timing.leaseMs);
});

test('each relation that does not hold is a sentence of its own', () => {
  const { timing } = presets.default;
  const faults = (changed: Partial<typeof timing>, providerFailoverMs = 1_000) => timingFaults({ ...timing, ...changed }, providerFailoverMs).map((sentence) => sentence.split(' ').slice(0, 3).join(' '));
  expect(faults({ marginMs: 100 })).toEqual(['The margin of']);
  expect(faults({ renewMs: 600 })).toEqual(['Renewing each 600']);
  expect(faults({ callMs: 1_000 })).toEqual(['A request may']);
  expect(faults({}, 1_500)).toEqual(['The state provider']);
  expect(faults({ switchMs: 20_000 })).toEqual(['A switchover that']);
});

/** The safety argument in numbers: the slowest holder and the fastest observer, whatever the network does. */
test('no holder writes when somebody else may take over, with clocks at the bound', () => {
  const rate = double({ min: 0.95, max: 1.05, noNaN: true });
  const delay = double({ min: 0, max: 5_000, noNaN: true });
  assert(
    property(integer({ min: 700, max: 30_000 }), rate, rate, delay, delay, delay, (leaseMs, holder, observer, toStore, back, toObserver) => {
      const timing = timingOf(leaseMs);
      // Real time; the change is made at `toStore`, told to the holder and to the observer later.
      const deadline = rules.deadline({ sentAt: 0, answeredAt: (toStore + back) * holder }, timing) / holder;
      const received = toStore + toObserver;
      const over = rules.leaseOverAt({ receivedAt: received * observer, askedAt: 0 }, timing) / observer;
      expect(deadline + timing.fenceMs).toBeLessThanOrEqual(over);
    }),
    { numRuns: 2_000 },
  );
});

test('the worst case is told in seconds', () => {
  const { hostLostMs, processLostMs } = worstCase(presets.default.timing);
  expect(hostLostMs).toBeLessThan(3_100);
  expect(processLostMs).toBeLessThan(900);
  expect(worstCaseSentence(presets.default.timing)).toContain(`${(hostLostMs / 1000).toFixed(1)} s after its host`);
});
