import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { continues } from '~/core/failover/divergence.ts';
import type { InstanceReport } from '~/core/failover/messages.ts';
import { monotonic, type Database } from '../support/database.ts';
import { Ordered } from '../support/ordered.ts';
import { waitFor } from '../support/wait.ts';

const limits = { timeoutMs: 20_000 };

describe('three instances that obey the orders of failover', () => {
  const ordered = new Ordered();
  let first: Database;
  let second: Database;
  let third: Database;
  beforeAll(async () => {
    [first, second, third] = await ordered.three();
  });
  afterAll(() => ordered.databases.remove());

  it('the first leads its epoch, the others fetch from it alone', async () => {
    const [leading, following] = await Promise.all([ordered.look(first), ordered.look(second)]);
    expect(leading).toMatchObject({ hasData: true, epoch: 1, demoted: null, promoted: 1, frozen: false, writable: true, unleased: false, upstream: null });
    expect(leading.copy.journal).toMatchObject([{ epoch: 1, master: first.uuid, origin: leading.origin, after: null }]);
    expect(following).toMatchObject({ epoch: 1, demoted: null, promoted: null, writable: false, upstream: first.uuid });
    expect(following.copy.journal).toEqual(leading.copy.journal);
    expect(following.copy.vclock[leading.origin]).toBeGreaterThan(0);
    expect(new Set([leading.life, following.life]).size).toBe(2);
  });

  it('refuses what does not fit', async () => {
    const deadline = (monotonic() + 60) * 1000;
    const refusals = await Promise.all([
      ordered.tell(second, { kind: 'promote', epoch: 1, turn: (await ordered.look(second)).turn, master: second.uuid, deadline, acks: [] }),
      ordered.tell(second, { kind: 'leaseSet', epoch: 1, deadline }),
      ordered.tell(second, { kind: 'demote', epoch: 0 }),
      ordered.tell(second, { kind: 'freeze', epoch: 1 }),
      ordered.tell(first, { kind: 'follow', epoch: 1, upstream: second.uuid }),
      ordered.tell(first, { kind: 'catchUp', epoch: 1, from: second.uuid, vclock: {}, cut: false }),
      ordered.tell(first, { kind: 'leaseSet', epoch: 2, deadline }),
    ]);
    expect(refusals.map(({ report }) => report)).toEqual(refusals.map(() => null));
    for (const { why } of refusals) expect(why).toMatch(/^(REFUSED|WRONG_EPOCH) \{/);
    expect(await ordered.look(first)).toMatchObject({ promoted: 1, writable: true });
    await expect(first.lua("box.space._coterie_journal:delete{1}")).rejects.toThrow(/only a promotion/);
  });

  it('a lease can have no end, and gets one again', async () => {
    expect(await ordered.obeyed(first, { kind: 'leaseSet', epoch: 1, deadline: null })).toMatchObject({ unleased: true, writable: true });
    expect(await ordered.obeyed(first, { kind: 'leaseSet', epoch: 1, deadline: (monotonic() + 60) * 1000 })).toMatchObject({ unleased: false, writable: true });
  });

  it('the leadership goes round, and each copy has the same journal', async () => {
    for (const [turn, [from, to, other]] of ([[first, second, third], [second, third, first], [third, first, second]] as const).entries()) {
      const epoch = turn + 2;
      expect(await ordered.obeyed(from, { kind: 'freeze', epoch: epoch - 1 })).toMatchObject({ frozen: true, writable: false });
      const { copy } = await ordered.look(from);
      await ordered.obeyed(to, { kind: 'catchUp', epoch: epoch - 1, from: null, vclock: copy.vclock, cut: false });
      const stopped = await ordered.obeyed(from, { kind: 'demote', epoch });
      expect(stopped).toMatchObject({ epoch, demoted: epoch, promoted: null, frozen: false, writable: false, upstream: null });
      const leading = await ordered.lead(to, epoch);
      expect(leading).toMatchObject({ epoch, promoted: epoch, demoted: null, writable: true, upstream: null });
      const entry = leading.copy.journal.at(-1)!;
      expect(entry).toMatchObject({ epoch, master: to.uuid, origin: leading.origin, after: { epoch: epoch - 1, master: from.uuid } });
      expect(continues(stopped.copy, entry)).toBe(true);
      await to.lua(`box.space.t:replace{${epoch * 10}}`);
      await ordered.obeyed(from, { kind: 'follow', epoch, upstream: to.uuid });
      await ordered.follow(other, epoch, to);
      await Promise.all([from, other].map((one) => ordered.has(one, epoch * 10)));
      const journals = await Promise.all([from, to, other].map(async (one) => (await ordered.look(one)).copy.journal));
      expect(journals[0]).toEqual(journals[1]);
      expect(journals[2]).toEqual(journals[1]);
    }
  });

  it('the entry is the first row of the epoch', async () => {
    const [lsn, rows] = await first.lua<[number, number[]]>(`
      local xlog, fio, rows = require('xlog'), require('fio'), {}
      local start = tonumber(box.space._coterie_journal.index[0]:max()[5][tostring(box.info.id)])
      for _, file in ipairs(fio.glob('*.xlog')) do
        for _, row in xlog.pairs(file) do
          if row.HEADER.replica_id == box.info.id and row.HEADER.lsn == start + 1 then table.insert(rows, row.BODY.space_id) end
        end
      end
      return box.space._coterie_journal.id, rows`);
    expect(rows).toEqual([lsn]);
  });

  it('fetches from nobody where another instance answers than was ordered', async () => {
    await ordered.obeyed(second, { kind: 'demote', epoch: 4 });
    await second.call('order', { kind: 'follow', epoch: 4, upstream: { uuid: third.uuid, uri: first.listen } });
    // It finds out when it is asked and is connected.
    await waitFor(async () => (await ordered.look(second)).upstream === null && (await second.lua('return #box.cfg.replication'))[0] === 0, { ...limits, what: 'no source' });
    await ordered.follow(second, 4, first);
  });

  it('of orders that race the last one wins, and what is told is so', async () => {
    for (let turn = 0; turn < 40; turn += 1) {
      const demote = () => ordered.tell(second, { kind: 'demote', epoch: 4 });
      const follow = (upstream: Database) => ordered.tell(second, { kind: 'follow', epoch: 4, upstream: upstream.uuid });
      await Promise.all(turn % 2 === 0 ? [demote(), follow(first), follow(third), demote()] : [follow(third), demote(), follow(first)]);
      const report = await ordered.look(second);
      expect(report).toMatchObject(turn % 2 === 0 ? { demoted: 4, upstream: null } : { demoted: null, upstream: first.uuid });
      const [sources] = await second.lua<[string[]]>('return box.cfg.replication');
      expect(sources.map((source) => source.split('@')[1])).toEqual(turn % 2 === 0 ? [] : [first.listen]);
    }
    expect(await ordered.look(third)).toMatchObject({ upstream: first.uuid });
  });

  it('catches up from another, or says that it did not in time', async () => {
    await ordered.obeyed(second, { kind: 'demote', epoch: 4 });
    await first.lua('box.space.t:replace{41}');
    const { vclock } = (await ordered.look(first)).copy;
    expect(await ordered.obeyed(second, { kind: 'catchUp', epoch: 5, from: third.uuid, vclock, cut: false })).toMatchObject({ epoch: 5, demoted: null, upstream: third.uuid });
    // It may have rows of epoch 5 now, so it does not go back to who led before, whatever its agent has not heard.
    expect((await ordered.tell(second, { kind: 'demote', epoch: 4 })).why).toMatch(/^REFUSED .*a later epoch is known here/);
    expect(await second.lua('return box.space.t:get(41) ~= nil')).toEqual([true]);
    const never = await ordered.tell(second, { kind: 'catchUp', epoch: 5, from: null, vclock: { ...vclock, 1: 1e9 }, cut: false }, 3_000);
    expect(never.why).toMatch(/^REFUSED .*did not catch up in time/);
  });

  it.each(['paused', 'dead'])('a source that is %s holds up neither the order to follow it nor the next one', async (how) => {
    await ordered.obeyed(second, { kind: 'demote', epoch: 5 });
    if (how === 'paused') third.signal('SIGSTOP');
    else await third.stop();
    const begun = performance.now();
    await ordered.obeyed(second, { kind: 'follow', epoch: 5, upstream: third.uuid });
    expect(await ordered.obeyed(second, { kind: 'demote', epoch: 5 })).toMatchObject({ demoted: 5, upstream: null });
    expect(performance.now() - begun).toBeLessThan(2_900);
  });

  it('after its restart it follows nobody until it is told to, and knows its epoch and its journal', async () => {
    const before = await ordered.look(second);
    await second.stop();
    await second.start('recover', ordered.databases.replicaset);
    const after = await ordered.look(second);
    expect(after).toMatchObject({ epoch: 5, demoted: null, promoted: null, upstream: null, writable: false, copy: { journal: before.copy.journal } });
    expect(after.life).not.toBe(before.life);
    const late = await ordered.tell(second, { kind: 'follow', epoch: 4, upstream: first.uuid });
    expect(late.why).toMatch(/^REFUSED .*later epoch/);
    await first.lua('box.space.t:replace{99}');
    await ordered.follow(second, 5, first);
    await waitFor(async () => (await ordered.look(second)).upstream === first.uuid, { ...limits, what: 'the source' });
    await ordered.has(second, 99);
  });

  it('while it is being promoted it is still stopped for that epoch: one that is neither has lost it', async () => {
    for (let epoch = 20; epoch < 30; epoch += 1) {
      const { turn } = await ordered.obeyed(first, { kind: 'demote', epoch });
      const promotion = ordered.tell(first, { kind: 'promote', epoch, turn, master: first.uuid, deadline: (monotonic() + 60) * 1000, acks: [] });
      const reports: InstanceReport[] = [];
      const looked = async () => reports.push(...(await Promise.all([ordered.look(first), ordered.look(first)]))) < 0;
      for (let done = false; !done; ) done = await Promise.race([promotion.then(() => true), looked()]);
      expect((await promotion).report).toMatchObject({ promoted: epoch, demoted: null });
      expect(reports.filter(({ demoted, promoted }) => demoted !== epoch && promoted !== epoch)).toEqual([]);
    }
  });

  it('a promotion that was held up on its way comes to nothing when it was stopped again meanwhile', async () => {
    const epoch = 40;
    const { turn } = await ordered.obeyed(first, { kind: 'demote', epoch });
    const again = await ordered.obeyed(first, { kind: 'demote', epoch });
    const promote = (decided: number) => ordered.tell(first, { kind: 'promote', epoch, turn: decided, master: first.uuid, deadline: (monotonic() + 60) * 1000, acks: [] });
    expect((await promote(turn)).why).toMatch(/^REFUSED .*another order came after/);
    expect(await ordered.look(first)).toMatchObject({ demoted: epoch, promoted: null, writable: false });
    expect((await promote(again.turn)).report).toMatchObject({ promoted: epoch });
  });

  it('stopped in the middle of its promotion, it stays stopped', async () => {
    for (let epoch = 50; epoch < 60; epoch += 1) {
      const { turn } = await ordered.obeyed(first, { kind: 'demote', epoch });
      const [promotion, stopped] = await Promise.all([
        ordered.tell(first, { kind: 'promote', epoch, turn, master: first.uuid, deadline: (monotonic() + 60) * 1000, acks: [] }),
        ordered.obeyed(first, { kind: 'demote', epoch }),
      ]);
      expect(stopped, promotion.why ?? 'promoted').toMatchObject({ demoted: epoch, promoted: null, writable: false });
      expect(await ordered.look(first)).toMatchObject({ demoted: epoch, promoted: null, writable: false });
    }
  });

  it('one that was cut off for it takes over with one order, if nothing came between', async () => {
    await ordered.lead(first, 70);
    await first.lua('box.space.t:replace{70}');
    await ordered.follow(second, 70, first);
    await ordered.has(second, 70);
    const acks: never[] = [];
    const takeOver = (turn: number, start: Record<string, number>) => ({ kind: 'takeOver', epoch: 71, turn, start, master: second.uuid, deadline: (monotonic() + 60) * 1000, acks }) as const;
    const { copy } = await ordered.obeyed(first, { kind: 'freeze', epoch: 70 });
    const cut = () => ordered.obeyed(second, { kind: 'catchUp', epoch: 70, from: null, vclock: copy.vclock, cut: true });
    const before = await cut();
    expect(before).toMatchObject({ epoch: 70, upstream: null, demoted: null, promoted: null, writable: false });
    const stale = (await ordered.tell(second, takeOver(before.turn - 1, before.copy.vclock))).why;
    const elsewhere = (await ordered.tell(second, takeOver(before.turn, { ...before.copy.vclock, [before.origin]: 1e9 }))).why;
    expect([stale, elsewhere]).toEqual([expect.stringMatching(/^REFUSED .*another order came/), expect.stringMatching(/^REFUSED .*other rows/)]);
    await ordered.follow(second, 70, first);
    expect((await ordered.tell(second, takeOver(before.turn, before.copy.vclock))).why).toMatch(/^REFUSED .*another order came/);
    const after = await cut();
    const leading = await ordered.obeyed(second, takeOver(after.turn, after.copy.vclock));
    expect(leading).toMatchObject({ epoch: 71, promoted: 71, demoted: null, writable: true, upstream: null });
    expect(leading.copy.journal.at(-1)).toMatchObject({ epoch: 71, master: second.uuid, after: { epoch: 70, master: first.uuid } });
  });
});
