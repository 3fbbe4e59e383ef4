import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalMax } from '~/core/failover/divergence.ts';
import { Database, monotonic, schema } from '../support/database.ts';
import { Ordered } from '../support/ordered.ts';
import { Writers } from '../support/writers.ts';
import { waitFor } from '../support/wait.ts';

describe('the journal of one instance', () => {
  const ordered = new Ordered();
  const writers = new Writers(8, 700);
  let one: Database;
  const deadline = () => (monotonic() + 60) * 1000;
  const promote = async (epoch: number, until = deadline()) => ordered.tell(one, { kind: 'promote', epoch, turn: (await ordered.look(one)).turn, master: one.uuid, deadline: until, acks: [] });

  beforeAll(async () => {
    one = await ordered.databases.add('one');
    // As it was without failover: it has data and no journal.
    await one.call('writable', { version: 1, serial: 0, password: 'replication' });
    await one.lua(schema);
    await writers.connect(one);
    await waitFor(() => writers.acked > 100, { timeoutMs: 20_000, what: 'writes' });
  });
  afterAll(async () => {
    await writers.stop();
    await ordered.databases.remove();
  });

  /** What stands in the logs right behind the start that an entry tells: the space of the row. */
  const firstRows = (epoch: number) => one.lua<[boolean, string]>(`
    local xlog, fio, found = require('xlog'), require('fio'), nil
    local entry
    for _, row in box.space._coterie_journal:pairs() do if row[2] == ${epoch} then entry = row end end
    local start = tonumber(entry[5][tostring(box.info.id)])
    for _, file in ipairs(fio.glob('*.xlog')) do
      for _, row in xlog.pairs(file) do
        if row.HEADER.replica_id == box.info.id and row.HEADER.lsn == start + 1 then found = row.BODY.space_id end
      end
    end
    return found == box.space._coterie_journal.id, box.space._space:get(found).name`);

  it.each(['trigger', 'kill'] as const)('its entry comes before any write of a user, guard %s', async (guard) => {
    for (const epoch of guard === 'trigger' ? [1, 2, 3] : [4, 5, 6]) {
      const { turn } = await ordered.obeyed(one, { kind: 'demote', epoch });
      await one.call('order', { kind: 'promote', epoch, turn, deadline: monotonic() + 60, password: 'replication', acks: [], guard, grace: 5 });
      const acked = writers.acked;
      await waitFor(() => writers.acked > acked + 50, { timeoutMs: 20_000, what: 'writes' });
      expect(await firstRows(epoch)).toEqual([true, '_coterie_journal']);
      expect(await one.told()).toMatchObject({ guard: { on: guard === 'trigger', by: guard } });
    }
    expect((await ordered.look(one)).copy.journal.map(({ epoch }) => epoch)).toEqual(guard === 'trigger' ? [1, 2, 3] : [1, 2, 3, 4, 5, 6]);
  });

  it('a process without data says so, and one that has not loaded it says nothing', async () => {
    const empty = await Database.make('empty', ordered.databases.folder);
    ordered.databases.all.push(empty);
    await empty.launch();
    expect(await ordered.look(empty)).toMatchObject({ hasData: false, origin: '', epoch: 0, writable: false, copy: { vclock: {}, journal: [] } });
    expect((await ordered.tell(empty, { kind: 'demote', epoch: 1 })).why).toBe('there is no database yet');
    await empty.stop();
    await empty.start('bootstrap', ordered.databases.replicaset);
    await empty.stop();
    await empty.launch();
    expect(await ordered.tell(empty, { kind: 'look' })).toEqual({ report: null, why: 'the data is not loaded yet' });
  });

  it('a promotion that comes too late writes nothing', async () => {
    const before = (await ordered.obeyed(one, { kind: 'demote', epoch: 7 })).copy;
    expect((await promote(7, deadline() - 61_000)).why).toMatch(/^LEASE_EXPIRED/);
    expect(await ordered.look(one)).toMatchObject({ promoted: null, demoted: null, writable: false, copy: { journal: before.journal } });
    expect((await promote(7)).why).toMatch(/^REFUSED/);
  });

  it('tells the newest entries, each after the one before, and keeps not many more', async () => {
    for (let epoch = 8; epoch < 80; epoch += 1) await ordered.lead(one, epoch);
    const { journal } = (await ordered.look(one)).copy;
    expect(journal).toHaveLength(journalMax);
    expect(journal.at(-1)!.epoch).toBe(79);
    for (const [index, { after }] of journal.entries()) if (index > 0) expect(after).toEqual({ epoch: journal[index - 1]!.epoch, master: one.uuid });
    expect(await one.lua('return box.space._coterie_journal:len()')).toEqual([64]);
  });
});
