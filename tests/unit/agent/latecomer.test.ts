import { expect, it } from 'vitest';
import { Latecomer, latecomerLimits } from '~/agent/lifecycle/latecomer.ts';

const link = (status: string, message: string | null = null) => ({ upstream: { status, peer: null, lagSeconds: null, idleSeconds: null, message } });
// Seen with Tarantool 2.6.0, where an instance joined by one peer asks another that has not got its row of _cluster yet.
const refusal = link('stopped', 'Replica 7c52428c-ef3a-4807-98a0-b1b216e73786 is not registered with replica set 9a198bd1-d161-4ccb-830b-bb84f0b4ddad');

// The same, where it joined at another moment than that peer.
const gap = link('stopped', 'Missing .xlog file between LSN 28 {1: 28} and 30 {1: 30}');

it.each([
  ['does not know it', refusal],
  ['has no logs from where it begins', gap],
])('asks again while a peer %s, now and then, and not for ever', (_, unserved) => {
  const latecomer = new Latecomer();
  const asked = Array.from({ length: 100 }, (_, second) => latecomer.look([link('follow'), unserved], second * 1000)).filter(Boolean);
  expect(asked).toHaveLength(latecomerLimits.triesMax);
  expect(latecomer.look([link('follow')], 200_000)).toBe(false);
  expect([latecomer.look([unserved], 201_000), latecomer.look([unserved], 202_000), latecomer.look([unserved], 203_000)]).toEqual([true, false, true]);
});

it('leaves every other end of replication to a person', () => {
  const latecomer = new Latecomer();
  expect(latecomer.look([link('stopped', "Duplicate key exists in unique index 'pk' in space 't'"), link('disconnected', 'is not registered with replica set'), { upstream: null }], 0)).toBe(false);
});
