import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from '../simulation/apply/random.ts';
import { RoutedBank, routedBankSchema } from '../support/routed-bank.ts';
import { RouterProcess } from '../support/router-process.ts';
import { ShardFaults } from '../support/shard-faults.ts';
import { ownersOf, Storage } from '../support/storages.ts';
import { waitFor } from '../support/wait.ts';

/**
 * A bank through two routers while buckets move, masters change, processes are killed and links are cut. Every fault
 * four times; with COTERIE_BUCKETS_MINUTES for as long as that, and COTERIE_BUCKETS_SEED for another history.
 */
const seed = Number(process.env.COTERIE_BUCKETS_SEED ?? 1);
const minutes = Number(process.env.COTERIE_BUCKETS_MINUTES ?? 0);
const rounds = 4;
const buckets = 30;
const lanesEach = 6;
/** Of one fault: no more calls are under way than that. */
const unknownMax = 2 * lanesEach;

describe(`two routers in front of three storages, seed ${seed}`, () => {
  const random = seeded(seed);
  const storages = ['a', 'b', 'c'].map((name) => new Storage(name));
  const faults = new ShardFaults(storages, random);
  const bank = new RoutedBank(storages, { buckets, random: seeded(seed + 1) });

  beforeAll(async () => {
    await Promise.all(storages.map((storage) => storage.start(2, routedBankSchema)));
    const [first, ...others] = storages as [Storage, ...Storage[]];
    await first.bootstrap(buckets, [[1, buckets]]);
    for (const other of others) await other.bootstrap(buckets, []);
    await bank.open(first);
    await faults.start(2, (topology) => RouterProcess.start(topology, { holdMs: 20_000 }));
    for (const router of faults.routers) await router.until(({ map }) => map.known === buckets, 'a whole map');
    await bank.start(faults.routers, lanesEach);
    faults.keepMoving();
  });
  afterAll(async () => {
    await bank.stop();
    await faults.stop();
    await Promise.all(storages.map((storage) => storage.databases.remove()));
  });

  const until = performance.now() + minutes * 60_000;
  let count = 0;
  const goesOn = (what: string, { paid, moved }: { paid: number; moved: number }) =>
    waitFor(() => bank.errors.length > 0 || (bank.paid > paid + 20 && faults.moved > moved), { timeoutMs: 30_000, what: `payments and moves after ${what}` }).catch((error: Error) => {
      throw new Error(`${error.message}: ${bank.paid - paid} paid, ${faults.moved - moved} moved`);
    });

  it('clients notice no fault but by waiting', async () => {
    for (let round = 0; round < rounds || performance.now() < until; round += 1) {
      for (const [what, happen] of Object.entries(faults.all).map((row) => ({ row, at: random.next() })).toSorted((a, b) => a.at - b.at).map(({ row }) => row)) {
        count += 1;
        await happen();
        await goesOn(what, { paid: bank.paid, moved: faults.moved });
        expect(bank.errors.join('\n'), what).toBe('');
      }
    }
    expect(bank.unknown.length).toBeLessThanOrEqual(count * unknownMax);
    expect(bank.refused).toEqual([]);
  }, minutes * 60_000 + 120_000);

  it('nothing is lost, nothing is doubled, and each bucket is whole in one place', async () => {
    await faults.rest();
    await bank.stop();
    await Promise.all(storages.map((storage) => storage.settled()));
    expect(await bank.faults(await ownersOf(storages, buckets))).toEqual([]);
    expect(bank.errors).toEqual([]);
    expect(bank.kept.length).toBeGreaterThan(200);
    console.log(`${count} faults, ${faults.moved} buckets moved, ${bank.paid} payments, ${bank.kept.length} on two copies, ${bank.reads} reads, ${bank.unknown.length} of unknown outcome, slowest ${bank.slowestMs.toFixed(0)} ms`);
  });
});
