import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Databases, monotonic, schema, type Database } from '../support/database.ts';
import { Writers } from '../support/writers.ts';
import { waitFor } from '../support/wait.ts';

/** Each row carries when it was handed in, by the clock of the deadline; it runs before the guard does. */
const stamp = "box.space.t:before_replace(function(_, new) return new and new:update{{'=', 3, require('clock').monotonic()}} end)";
const fiberNamed = (name: string) => `for id, f in pairs(require('fiber').info()) do if f.name == '${name}' then require('fiber').kill(id) end end`;

describe('a master that is paused beyond its deadline, under 16 writers', () => {
  const databases = new Databases();
  let one: Database;
  let writers: Writers;
  beforeAll(async () => {
    one = await databases.add('one');
    await one.promote(1, 60);
    await one.lua(schema);
    await one.lua(stamp);
    writers = new Writers(16, 700);
    await writers.connect(one);
  });
  afterAll(async () => {
    await writers.stop();
    await databases.remove();
  });

  /** SIGSTOP some time before the deadline, SIGCONT well after it. */
  const overrun = async (epoch: number) => {
    await one.call('demote', {});
    await one.promote(epoch, 0.8);
    const deadline = monotonic() + 0.8;
    await waitFor(() => writers.acked > 0 && monotonic() > deadline - 0.4, { timeoutMs: 10_000, what: 'writes', everyMs: 2 });
    one.signal('SIGSTOP');
    const enough = Math.max(deadline, monotonic()) + 0.3;
    await waitFor(() => monotonic() > enough, { timeoutMs: 10_000, what: 'the deadline to pass', everyMs: 10 });
    const ackedBefore = writers.acked;
    const refusedBefore = writers.refused;
    one.signal('SIGCONT');
    await waitFor(() => writers.refused > refusedBefore + 32, { timeoutMs: 20_000, what: 'writes to be refused' });
    const [late, rows] = await one.lua<[number, number]>(`
      local late, rows = 0, 0
      for _, t in box.space.t:pairs() do rows = rows + 1 if t[3] > ${deadline} then late = late + 1 end end
      return late, rows`);
    return { late, rows, after: writers.acked - ackedBefore, told: await one.told() };
  };

  it('no row is let through after the deadline', async () => {
    const runs: string[] = [];
    for (let epoch = 2; epoch < 7; epoch += 1) {
      const { late, rows, after, told } = await overrun(epoch);
      expect(late).toBe(0);
      expect(rows).toBeGreaterThan(0);
      expect(told).toMatchObject({ lapsed: true, writable: false, readOnly: true });
      expect(told.fence.lateMaxMs).toBeGreaterThan(200);
      const last = told.intervals.at(-1)!;
      runs.push(`${after} answers that were under way, ${told.guard.refused} refused by the guard so far, flag ${((last.flagAt! - last.to!) * 1000).toFixed(0)} ms after the deadline`);
    }
    console.log(runs.join('\n'));
  });

  it('nor when nothing but the guard is there', async () => {
    await one.call('demote', {});
    await one.promote(20, 1);
    const deadline = monotonic() + 1;
    await one.lua(fiberNamed('fence'));
    expect((await one.told()).fence.alive).toBe(false);
    const acked = writers.acked;
    await waitFor(() => writers.acked > acked, { timeoutMs: 10_000, what: 'a write within the lease' });
    await waitFor(() => monotonic() > deadline, { timeoutMs: 10_000, what: 'the deadline' });
    const refused = (await one.told()).guard.refused;
    await waitFor(async () => (await one.told()).guard.refused > refused + 100, { timeoutMs: 10_000, what: 'the guard to refuse' });
    const [late] = await one.lua<[number]>(`local late = 0 for _, t in box.space.t:pairs() do if t[3] > ${deadline} then late = late + 1 end end return late`);
    expect(late).toBe(0);
    // The flag was never set: the guard alone held.
    expect(await one.told()).toMatchObject({ readOnly: false, writable: false });
    // What the agent says next brings the fence back.
    await one.renew(20, 30);
    expect(await one.told()).toMatchObject({ writable: true, fence: { alive: true } });
  });
});
