import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endProcess } from '../support/stopped.ts';
import { Databases, monotonic, password, schema, type Database } from '../support/database.ts';
import { waitFor } from '../support/wait.ts';
import { Writers } from '../support/writers.ts';

/** So long after a deadline the timer waits: longer than the fence is late on a machine that anybody would use. */
const grace = 1;
const seconds = 0.05;
const lapses = 200;

describe('the timer that ends the process', () => {
  const databases = new Databases();
  const burners: ChildProcess[] = [];
  let one: Database;
  beforeAll(async () => {
    one = await databases.add('one');
    await one.promote(1, 60, { guard: 'kill', grace });
    await one.lua(schema);
  });
  afterAll(async () => {
    await Promise.all(burners.map((burner) => endProcess(burner, 'SIGKILL')));
    await databases.remove();
  });
  const kills = async () => (await one.told()).guard.killInMs;

  it('is set while a lease with an end lets it write, to its deadline, and at no other time', async () => {
    const set = async (seconds: number) => {
      const ms = (await kills())!;
      expect(ms).toBeLessThanOrEqual((seconds + grace) * 1000);
      expect(ms).toBeGreaterThan((seconds + grace) * 1000 - 20_000);
    };
    await set(60);
    await one.renew(1, 120);
    await set(120);
    await one.renew(1, 90);
    // The latest deadline counts.
    await set(120);
    await one.call('freeze', { epoch: 1 });
    expect(await kills()).toBeNull();
    await one.renew(1, 180);
    expect(await kills()).toBeNull();
    await one.call('unfreeze', { epoch: 1 });
    await set(180);
    // The other kind of guard takes it off, and back.
    await one.renew(1, 181, { guard: 'trigger' });
    expect((await one.told()).guard).toMatchObject({ on: true, by: 'trigger', killInMs: null });
    await one.call('lease_set', { epoch: 1, guard: 'kill' });
    expect((await one.told()).guard).toMatchObject({ on: false, by: 'kill' });
    await set(181);
    await one.call('lease_set', { epoch: 1, deadline: 'forever' });
    expect(await kills()).toBeNull();
    await one.renew(1, 60);
    await set(60);
    await one.call('lease_set', { epoch: 2, master: '00000000-0000-4000-8000-000000000005' });
    expect(await kills()).toBeNull();
    await one.promote(3, 60);
    await set(60);
    await one.call('demote', { epoch: 3 });
    expect(await kills()).toBeNull();
    await expect(one.promote(3, 60, { peers: 7 })).rejects.toThrow();
    expect(await kills()).toBeNull();
    await one.promote(4, 60);
    await one.call('read_only');
    await waitFor(async () => (await kills()) === null, { timeoutMs: 10_000, what: 'the fence to see it' });
    await one.call('demote', {});
    await one.promote(4, 60);
    await one.call('writable', { version: 1, serial: 0, password });
    expect(await kills()).toBeNull();
    await one.call('demote', { epoch: 5, leased: true });
    await one.promote(5, 0.3);
    await waitFor(async () => (await one.told()).lapsed, { timeoutMs: 10_000, what: 'the lapse' });
    expect(await kills()).toBeNull();
  });

  it(`ends nothing in ${lapses} lapses with the machine busy and 16 that write`, async () => {
    for (let count = 0; count < 2; count += 1) burners.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    let epoch = 6;
    let version = 1;
    const begin = async () => one.promote((epoch += 1), seconds);
    const ways = [
      () => begin(),
      () => one.renew(epoch, seconds),
      async () => {
        await one.renew(epoch, seconds);
        await one.call('freeze', { epoch });
        await one.call('unfreeze', { epoch });
      },
      async () => {
        await one.call('writable', { version: (version += 1), serial: 0, password });
        await one.call('demote', { epoch, leased: true });
        await begin();
      },
    ];
    const writers = new Writers(16, 700);
    await one.promote(epoch, 60);
    await one.lua('box.space.t:truncate()');
    await one.call('demote', {});
    await writers.connect(one);
    let lapsed = 0;
    for (let round = 0; lapsed < lapses; round += 1) {
      expect(round).toBeLessThan(lapses * 5);
      // On a machine as busy as this a deadline may be over when it arrives.
      const late = await ways[round % ways.length]!().then(() => false, (error: unknown) => /LEASE_EXPIRED|WRONG_EPOCH/.test(String(error)) || Promise.reject(error));
      const told = await waitFor(async () => {
        const now = await one.told();
        return now.readOnly && now;
      }, { timeoutMs: 20_000, everyMs: 2, what: 'read-only' });
      if (!late && told.lapsed) lapsed += 1;
    }
    // Whatever was left set would come now.
    const over = monotonic() + grace + 0.5;
    await waitFor(() => monotonic() > over, { timeoutMs: 10_000, what: 'the grace of the last one' });
    const { fence, guard } = await one.told();
    console.log(`${lapsed} lapses, the fence was ${fence.lateMaxMs.toFixed(1)} ms late at most; ${writers.acked} writes, ${writers.refused} refused`);
    expect(guard.killInMs).toBeNull();
    expect([writers.unknown, writers.acked > lapses]).toEqual([0, true]);
    await writers.stop();
  }, 180_000);
});
