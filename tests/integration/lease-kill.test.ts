import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Databases, monotonic, schema, type Database } from '../support/database.ts';
import { Writers } from '../support/writers.ts';
import { waitFor } from '../support/wait.ts';

describe('a lease whose guard is the end of the process', () => {
  const databases = new Databases();
  let one: Database;
  let epoch = 1;
  beforeAll(async () => {
    one = await databases.add('one');
    await one.promote(epoch, 60);
    await one.lua(schema);
    await one.stop();
  });
  afterAll(() => databases.remove());
  beforeEach(async () => {
    await one.start('recover', databases.replicaset);
    epoch += 1;
  });

  it('puts no trigger on any space, and a lapse that the fence sees in time ends nothing', async () => {
    await one.promote(epoch, 1, { guard: 'kill', grace: 1 });
    expect(await one.lua('return #box.space.t:on_replace()')).toEqual([0]);
    await waitFor(async () => (await one.told()).lapsed, { timeoutMs: 10_000, what: 'the lapse' });
    await waitFor(async () => (await one.told()).deadlineLeftMs! < -1100, { timeoutMs: 10_000, what: 'the time of the timer' });
    expect(await one.renew(epoch, 1)).toMatchObject({ writable: true, guard: { on: false, by: 'kill' } });
    await one.renew(epoch, 60);
    await waitFor(async () => (await one.told()).deadlineLeftMs! < 57_500, { timeoutMs: 10_000, what: 'the time of the first deadline' });
    await one.call('freeze', { epoch });
    await one.call('unfreeze', { epoch });
    await one.call('demote', { epoch });
    // A trigger can be asked for again.
    epoch += 1;
    await one.promote(epoch, 60, { guard: 'trigger' });
    expect(await one.lua('return #box.space.t:on_replace()')).toEqual([1]);
    await one.stop();
  });

  it('waits for the fence as long as it is told to', async () => {
    await one.promote(epoch, 1, { guard: 'kill', grace: 20 });
    one.signal('SIGSTOP');
    const past = monotonic() + 1.2;
    await waitFor(() => monotonic() > past, { timeoutMs: 10_000, what: 'the deadline' });
    one.signal('SIGCONT');
    await waitFor(async () => (await one.told()).lapsed, { timeoutMs: 10_000, what: 'the lapse' });
    await one.stop();
  });

  it.each(['stopped', 'busy'] as const)('ends one that is %s beyond its deadline, with nothing acknowledged after', async (how) => {
    await one.promote(epoch, 60, { guard: 'kill' });
    const writers = new Writers(16, 700);
    await one.lua('box.space.t:truncate()');
    await writers.connect(one);
    epoch += 1;
    await one.promote(epoch, 1.5);
    const deadline = monotonic() + 1.5;
    const before = writers.acked;
    await waitFor(() => writers.acked > before && monotonic() > deadline - 0.7, { timeoutMs: 10_000, what: 'writes', everyMs: 2 });
    if (how === 'stopped') one.signal('SIGSTOP');
    else one.lua("local clock = require('clock') local till = clock.monotonic() + 30 while clock.monotonic() < till do end").catch(() => null);
    expect(await one.ended()).toBe('SIGKILL');
    expect(monotonic()).toBeGreaterThan(deadline - 0.1);
    await writers.stop();
    const last = Math.max(...writers.acks.map(({ at }) => at));
    const now = { performance: performance.now(), monotonic: monotonic() };
    expect(now.monotonic - (now.performance - last) / 1000).toBeLessThan(deadline + 0.025 + 0.1);
    await one.stop();
  });
  it('ends no master whose call holds the thread for less than is left, nor one that yields for as long as it likes', async () => {
    await one.promote(epoch, 3, { guard: 'kill' });
    const busy = (seconds: number) => `local clock = require('clock') local till = clock.monotonic() + ${seconds} while clock.monotonic() < till do end`;
    await one.lua(busy(1));
    expect(await one.renew(epoch, 1.5)).toMatchObject({ writable: true });
    const over = new AbortController();
    const renewals = (async () => {
      for (; !over.signal.aborted; await wait(200)) await one.renew(epoch, 1.5);
    })();
    // Twice as long as the lease in all, a twentieth of a second at a time.
    await one.lua(`for _ = 1, 60 do ${busy(0.05)} require('fiber').sleep(0.001) end`);
    over.abort();
    await renewals;
    expect(await one.told()).toMatchObject({ writable: true, lapsed: false });
    await one.stop();
  });
});
