import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare } from '~/core/failover/divergence.ts';
import { type Database } from '../support/database.ts';
import { Ordered } from '../support/ordered.ts';
import { waitFor } from '../support/wait.ts';

/** Follows, and is found to be of another history: nothing of it may have changed. */
async function refused(ordered: Ordered, database: Database, upstream: Database, epoch: number) {
  await ordered.follow(database, epoch, upstream);
  const report = await waitFor(
    async () => {
      const told = await ordered.look(database);
      return told.upstream === null ? told : null;
    },
    { timeoutMs: 20_000, what: `the end of the replication to ${database.name}` },
  );
  await waitFor(async () => (await database.lua('return #box.cfg.replication'))[0] === 0, { timeoutMs: 20_000, what: 'no source' });
  return report;
}

const rows = async (database: Database) => (await database.lua<[unknown]>('return box.space.t:select()'))[0];

describe('an old master with rows that the new one never had', () => {
  const ordered = new Ordered();
  let first: Database;
  let second: Database;
  let third: Database;
  let fourth: Database;
  beforeAll(async () => {
    [first, second, third] = await ordered.three();
    fourth = await ordered.databases.add('fourth', [first]);
    // The second and the fourth are cut off before the last rows, the third has them.
    await ordered.obeyed(fourth, { kind: 'demote', epoch: 2 });
    await ordered.obeyed(second, { kind: 'demote', epoch: 2 });
    await first.lua("box.space.t:replace{2, 'old'} box.space.t:replace{3, 'old'}");
    await ordered.has(third, 3);
    await ordered.lead(second, 2);
    await second.lua("box.space.t:replace{2, 'new'}");
  });
  afterAll(() => ordered.databases.remove());

  it('is refused by the journal, and nothing is overwritten', async () => {
    const before = await rows(first);
    const report = await refused(ordered, first, second, 2);
    expect(report.copy.journal.map(({ epoch }) => epoch)).toEqual([1]);
    expect(await rows(first)).toEqual(before);
    expect(compare(report.copy, (await ordered.look(second)).copy)).toEqual({ kind: 'extra', rows: { [report.origin]: 2 } });
    expect(first.log).toContain('does not continue this copy');
  });

  it('so is a third that took the rows of the old master', async () => {
    const before = await rows(third);
    const report = await refused(ordered, third, second, 2);
    expect(report.copy.journal.map(({ epoch }) => epoch)).toEqual([1]);
    expect(await rows(third)).toEqual(before);
  });

  it('and so it is when the rows of the new master come through another', async () => {
    await ordered.follow(fourth, 2, second);
    await ordered.has(fourth, 2);
    const before = await rows(first);
    expect((await refused(ordered, first, fourth, 2)).copy.journal.map(({ epoch }) => epoch)).toEqual([1]);
    expect(await rows(first)).toEqual(before);
    // Asked once more it is no other.
    expect((await refused(ordered, first, fourth, 2)).copy.journal).toHaveLength(1);
  });

  it('one that knows the new epoch from a snapshot only has no rows to give to it', async () => {
    const fifth = await ordered.databases.add('fifth', [second]);
    await ordered.follow(fifth, 2, second);
    const before = await rows(first);
    await ordered.follow(first, 2, fifth);
    await second.lua("box.space.t:replace{4, 'new'}");
    await ordered.has(fifth, 4);
    await waitFor(() => first.log.includes('XlogGapError'), { timeoutMs: 20_000, what: 'the gap in the logs of the fifth' });
    // Tarantool tells nothing of one that is not registered yet: only that nothing comes.
    const told = await waitFor(async () => [await ordered.look(first)].find(({ upstream }) => upstream === null), { timeoutMs: 20_000, what: 'it to say that it follows nobody' });
    expect(told.copy.journal).toHaveLength(1);
    expect(await rows(first)).toEqual(before);
  });

  it('an entry of another history is refused though it begins with more rows', async () => {
    // The first leads an epoch that the second never hears of; the second's next entry comes after its own.
    const leading = await ordered.lead(first, 3);
    expect(leading.copy.journal.map(({ epoch }) => epoch)).toEqual([1, 3]);
    await ordered.lead(second, 4);
    await ordered.lead(first, 5);
    await first.lua("box.space.t:replace{5, 'other'}");
    const report = await refused(ordered, second, first, 5);
    expect(report.copy.journal.map(({ epoch }) => epoch)).toEqual([1, 2, 4]);
    expect(await second.lua('return box.space.t:get(5) == nil')).toEqual([true]);
    expect(second.log).toMatch(/it comes after epoch 1 of .*, and the last here is 4 of/);
  });
});
