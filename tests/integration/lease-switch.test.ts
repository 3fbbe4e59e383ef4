import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Databases, schema, type Closed, type Database } from '../support/database.ts';
import { Writers } from '../support/writers.ts';
import { waitFor } from '../support/wait.ts';

const at = (figures: readonly number[], share: number) => figures.toSorted((a, b) => a - b)[Math.min(figures.length - 1, Math.floor(figures.length * share))]!;
const told = (figures: readonly number[]) => `p50 ${at(figures, 0.5).toFixed(2)} ms, max ${Math.max(...figures).toFixed(2)} ms`;

describe('promoted and demoted, over and over, under 16 writers', () => {
  const databases = new Databases();
  const turns = 100;
  let one: Database;
  let writers: Writers;
  beforeAll(async () => {
    one = await databases.add('one');
    await one.promote(1, 60);
    await one.lua(schema);
    writers = new Writers(16, 700);
    await writers.connect(one);
  });
  afterAll(async () => {
    await writers.stop();
    await databases.remove();
  });

  it('no row follows the vclock that demote told, and no acknowledged one is behind it', async () => {
    const demoted: number[] = [];
    const promoted: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const acked = writers.acked;
      await waitFor(() => writers.acked > acked + 100, { timeoutMs: 20_000, what: 'writes', everyMs: 1 });
      const closed = await one.call<Closed>(turn % 2 === 0 ? 'demote' : 'freeze', { epoch: 2 + turn - 1 });
      expect(closed).toMatchObject({ readOnly: true });
      demoted.push(closed.tookMs);
      const refused = writers.refused;
      // Each writer has been refused since: whatever was under way has been answered.
      await waitFor(() => writers.refused >= refused + 32, { timeoutMs: 20_000, what: 'refusals', everyMs: 1 });
      const [lsn] = await one.lua<[number]>('return box.info.lsn');
      expect(lsn).toBe(closed.vclock[1]);
      promoted.push((await one.promote(2 + turn, 60)).tookMs);
    }
    await one.call('demote', {});
    const lost = await one.lua(`local lost = 0 for _, id in ipairs({${writers.acks.map(({ id }) => id).join(',')}}) do if not box.space.t:get(id) then lost = lost + 1 end end return lost`);
    expect(lost).toEqual([0]);
    // Told once for each time, and none overlaps the next.
    const { intervals } = await one.told();
    expect(intervals.every(({ from, to }, index) => to !== null && to > from && (index === 0 || from > intervals[index - 1]!.to!))).toBe(true);
    console.log(`${turns} turns, ${writers.acked} acknowledged; demote or freeze ${told(demoted)}; promote ${told(promoted)}`);
  });

  it('a transaction that has passed the guard and yields does not outlive the demotion', async () => {
    await one.promote(200, 60);
    await one.lua("box.schema.space.create('v', {engine = 'vinyl'}):create_index('p')");
    await one.lua(`
      GO = require('fiber').channel(1)
      require('fiber').create(function() box.begin() box.space.v:replace{1} GO:get() COMMITTED = {pcall(box.commit)} end)`);
    const { vclock } = await one.call<Closed>('demote', {});
    await one.lua('GO:put(true)');
    await waitFor(async () => (await one.lua('return COMMITTED ~= nil'))[0], { timeoutMs: 10_000, what: 'the end of the transaction' });
    expect(await one.lua('return COMMITTED[1], tostring(COMMITTED[2]), box.space.v:len(), box.info.lsn')).toEqual([false, 'Transaction has been aborted by conflict', 0, vclock[1]]);
  });
});
