import { describe, expect, test } from 'vitest';
import { manualKey, pauseKey } from '~/core/failover/records.ts';
import type { Acts } from './nemesis.ts';
import type { Options, Script } from './options.ts';
import { simulate, type History } from './simulate.ts';
import { replicaset } from './store.ts';

/** What becomes of one fault in a world that is otherwise well; each in several worlds. */
const calm: Partial<Options> = { members: 3, preset: 'default', durability: 'availability', failsafe: 'off', drift: 0.002, nemeses: [], ledBefore: false, preferredZone: false, witness: false, minReplicas: 0, lossRowsMax: null, guard: 'kill', coarseLock: false, autoreturnMs: null, openLoop: false, writeEveryMs: 10 };
const worlds = Number(process.env.COTERIE_FAILOVER_WORLDS ?? 3);
const timeoutMs = 60_000;

/** `of`: the master when the faults begin. */
type Faults = (act: Acts, of: string) => void;

function run(seed: number, options: Partial<Options>, faults: Faults, thenMs = 8_000): History & { readonly promotions: number; readonly gapMs: number } {
  let before = 0;
  let gapMs = 0;
  const script: Script = [
    {
      at: 0,
      run: (act) => {
        before = act.cluster.checks.promotions.length;
        act.cluster.checks.gapMs = 0;
        faults(act, act.cluster.master()?.uuid ?? '');
      },
    },
    { at: thenMs, run: (act) => (gapMs = act.cluster.checks.gapSoFar()) },
  ];
  const history = simulate(seed, { ...calm, ...options }, script);
  return { ...history, promotions: history.cluster.checks.promotions.length - before, gapMs };
}

const other = (act: Acts, of: string): string => act.cluster.instances.find(({ uuid }) => uuid !== of)!.uuid;
const holder = (act: Acts): string => act.cluster.store.lock?.holder ?? '';
const seeds = Array.from({ length: worlds }, (_, seed) => seed);
/** Who led, one after the other. */
const led = ({ checks }: History['cluster']): string[] => checks.promotions.map(({ uuid }) => uuid).filter((uuid, index, all) => uuid !== all[index - 1]);
const record = ({ cluster }: History) => cluster.store.records().state!.value;

describe('faults that need no failover get none (P3)', () => {
  const needless: [string, Partial<Options>, Faults][] = [
    ['a replica is lost', {}, (act, of) => act.killHost(other(act, of), 4_000)],
    ['the arbiter is lost', {}, (act) => act.killAgent('arb', 5_000)],
    ['the coordinator is lost', {}, (act) => holder(act) !== '' && act.pauseAgent('arb', 5_000)],
    ['the provider is lost, and the members promise', { failsafe: 'majority' }, (act) => act.storeAway(7_000)],
    ['the master alone cannot reach the provider, and the members promise', { failsafe: 'majority' }, (act, of) => act.cut([of], ['store'], 6_000)],
    ['the provider is away for less than a lease', {}, (act) => act.storeAway(700)],
    ['the link between two datacentres is lost, both see the provider', {}, (act) => act.cut(['n1', 'n3'], ['n2'], 6_000)],
    ['the network is slow', {}, (act) => act.slow(100, 6_000)],
  ];
  test.each(needless)('%s', (_what, options, faults) => {
    for (const seed of seeds) {
      const { promotions, gapMs } = run(seed, options, faults);
      expect(promotions, `seed ${seed}`).toBe(0);
      expect(gapMs, `seed ${seed}`).toBeLessThan(700);
    }
  }, timeoutMs);
});

describe('a single fault costs at most a lease and a second (P2)', () => {
  test.each(['availability', 'quorum'] as const)('the process ends, %s', (durability) => {
    for (const seed of seeds) expect(run(seed, { durability }, (act, of) => act.killInstance(of)).gapMs, `seed ${seed}`).toBeLessThan(durability === 'quorum' ? 700 : 400);
  }, timeoutMs);

  test.each(['lan', 'default', 'wan'] as const)('the host is lost, %s', (preset) => {
    const leaseMs = { lan: 1_200, default: 2_000, wan: 4_000 }[preset];
    for (const seed of seeds) expect(run(seed, { preset, durability: 'quorum' }, (act, of) => act.killHost(of, 9_000), 12_000).gapMs, `seed ${seed}`).toBeLessThan(leaseMs + 1_000);
  }, timeoutMs);

  test('the master is cut off from the provider alone, without failsafe: it may be appointed once more, and not again and again', () => {
    // In seed 5 it has the most rows, and answers the coordinator.
    for (const seed of [...seeds, 5]) expect(run(seed, {}, (act, of) => act.cut([of], ['store'], 12_000), 10_000).gapMs, `seed ${seed}`).toBeLessThan(3_000);
  }, timeoutMs);

  test('the coordinator dies right after its decision: the candidate acts on the record alone', () => {
    for (const seed of seeds) {
      const { gapMs, promotions } = run(seed, {}, (act, of) => {
        act.cluster.store.changed = (change, by) => {
          if (!change.takesOver) return;
          act.cluster.store.changed = () => {};
          act.cluster.world.after(0, () => act.killAgent(by, 5_000));
        };
        act.killInstance(of);
      });
      expect(promotions, `seed ${seed}`).toBeGreaterThan(0);
      // Its lock runs out, and the lease of a candidate that was killed with it.
      expect(gapMs, `seed ${seed}`).toBeLessThan(5_500);
    }
  }, timeoutMs);
});

describe('a switchover (P4)', () => {
  test('holds writes for less than 200 ms and loses none', () => {
    for (const seed of seeds) {
      const { promotions, gapMs, cluster } = run(seed, { durability: 'quorum' }, (act, of) => void act.switchover(other(act, of)));
      expect([promotions, cluster.checks.results.get('order-1')?.ok], `seed ${seed}`).toEqual([1, true]);
      expect(gapMs, `seed ${seed}`).toBeLessThan(200);
    }
  }, timeoutMs);

  test('to one that hangs is given up, and the master goes on', () => {
    for (const seed of seeds) {
      const { promotions, gapMs, cluster } = run(seed, {}, (act, of) => {
        const target = other(act, of);
        act.switchover(target);
        // After it was heard, before it has caught up.
        act.cluster.store.changed = (change) => {
          if (!change.put.some(({ value }) => 'phase' in value && value.phase === 'switching')) return;
          act.cluster.store.changed = () => {};
          act.cluster.world.after(0, () => act.pauseInstance(target, 4_000));
        };
      });
      expect(gapMs, `seed ${seed}`).toBeLessThan(2_600);
      expect(promotions, `seed ${seed}`).toBe(cluster.checks.results.get('order-1')?.ok ? 1 : 0);
    }
  }, timeoutMs);

  test('whose coordinator dies is given up by the master itself', () => {
    for (const seed of seeds) {
      const { gapMs, cluster } = run(seed, {}, (act, of) => {
        act.switchover(other(act, of));
        act.cluster.store.changed = (change, by) => {
          if (!change.put.some(({ value }) => 'phase' in value && value.phase === 'switching')) return;
          act.cluster.store.changed = () => {};
          act.cluster.world.after(0, () => act.killAgent(by, 6_000));
        };
      });
      expect(gapMs, `seed ${seed}`).toBeLessThan(2_600);
      expect(record({ cluster } as History).phase).toBe('normal');
    }
  }, timeoutMs);
});

describe('who begins', () => {
  test('the one that leads without a lease keeps leading, in epoch 1', () => {
    for (const seed of seeds) {
      const history = run(seed, { ledBefore: true }, () => {});
      expect(record(history)).toMatchObject({ epoch: 1, master: 'n2', cause: 'adopted', unfenced: null });
    }
  }, timeoutMs);

  test('nobody has data: the first in priority', () => {
    for (const seed of seeds) expect(record(run(seed, {}, () => {}))).toMatchObject({ epoch: 1, master: 'n1', cause: 'first' });
  }, timeoutMs);
});

describe('what people have a say in', () => {
  test('mode manual: a lost host is not replaced, a person replaces it; a restarted process leads again', () => {
    for (const seed of seeds) {
      const lost = run(seed, { mode: 'manual' }, (act, of) => act.killHost(of, 6_000), 5_000);
      expect(record(lost).master, `seed ${seed}`).toBe('n1');
      const replaced = run(seed, { mode: 'manual' }, (act, of) => {
        act.killHost(of, 9_000);
        act.cluster.world.after(4_000, () => act.promote('n3', false));
      });
      expect(record(replaced), `seed ${seed}`).toMatchObject({ master: 'n3', cause: 'forced' });
    }
  }, timeoutMs);

  test('mode manual: a switchover to whoever is best', () => {
    for (const seed of seeds) {
      const { promotions, cluster } = run(seed, { mode: 'manual' }, (act) => void act.switchover(null));
      expect([promotions, cluster.checks.results.get('order-1')?.ok], `seed ${seed}`).toEqual([1, true]);
    }
  }, timeoutMs);

  test('a switchover whose decision was done is told as done, however late the answer to it is', () => {
    for (const seed of seeds) {
      const { cluster } = run(seed, {}, (act, of) => {
        act.switchover(other(act, of));
        act.cluster.store.changed = (change, by) => {
          if (!change.takesOver) return;
          act.cluster.store.changed = () => {};
          act.slowLink('store', by, 60, 200);
        };
      });
      expect(cluster.checks.results.get('order-1')?.ok, `seed ${seed}`).toBe(true);
    }
  }, timeoutMs);

  test('paused: nothing happens by itself until it is over', () => {
    for (const seed of seeds) {
      const { promotions } = run(seed, {}, (act, of) => {
        act.cluster.store.commit('somebody', { when: [], put: [{ key: pauseKey, value: { by: 'somebody', reason: 'works', forMs: null } }], remove: [], takesOver: false });
        act.cluster.world.after(500, () => act.killHost(of, 20_000));
        act.cluster.world.after(7_000, () => {
          expect(act.cluster.master()).toBeNull();
          act.cluster.store.commit('somebody', { when: [], put: [], remove: [pauseKey], takesOver: false });
        });
      }, 9_000);
      expect(promotions, `seed ${seed}`).toBe(1);
    }
  }, timeoutMs);

  test('too many failovers: a person has to acknowledge', () => {
    for (const seed of seeds.slice(0, 3)) {
      const { cluster } = run(seed, { failoversMax: 2 }, (act) => {
        for (const at of [0, 4_000, 8_000]) act.cluster.world.after(at, () => act.cluster.master() && act.pauseAgent(act.cluster.master()!.uuid, 3_000));
        act.cluster.world.after(14_000, () => {
          expect(act.cluster.store.entries.has(manualKey(replicaset))).toBe(true);
          expect(led(act.cluster)).toHaveLength(3);
        });
      }, 15_000);
      // Paused for longer than its lease, it was ended by its guard now and then: that one alone may lead again.
      expect(led(cluster), `seed ${seed}`).toHaveLength(3);
    }
  }, timeoutMs);

  test('after too many failovers, the one that led leads again when it was stopped in good order and nobody could take over', () => {
    for (const seed of seeds) {
      const { cluster } = run(seed, {}, (act, of) => {
        act.cluster.store.commit('somebody', { when: [], put: [{ key: manualKey(replicaset), value: { master: of, why: '3 failovers within 600 s.' } }], remove: [], takesOver: false });
        act.cluster.world.after(500, () => act.cluster.instances.forEach(({ uuid }) => uuid !== of && act.killHost(uuid, 3_000)));
        act.cluster.world.after(600, () => act.agent(of).stopInstance());
        act.cluster.world.after(9_000, () => expect(act.cluster.master()?.uuid, `seed ${seed}`).toBe(of));
      }, 10_000);
      expect(led(cluster), `seed ${seed}`).toHaveLength(1);
    }
  }, timeoutMs);

  test('autoreturn goes back by a switchover, once the preferred one has been well for long enough', () => {
    for (const seed of seeds) {
      const history = run(seed, { autoreturnMs: 1_500 }, (act) => act.killHost('n1', 4_000), 14_000);
      expect(record(history), `seed ${seed}`).toMatchObject({ master: 'n1', cause: 'autoreturn' });
    }
  }, timeoutMs);

  test('autoreturn waits for the step of a migration that it would break off', () => {
    for (const seed of seeds) {
      const waits: (string | null)[] = [];
      const history = run(seed, { autoreturnMs: 1_500 }, (act) => {
        act.killHost('n1', 4_000);
        act.cluster.world.after(3_900, () => (act.cluster.master()!.busy = 'step 0001-a of role bank'));
        act.cluster.world.after(12_000, () => {
          const led = act.cluster.master()!;
          waits.push(led.uuid);
          led.busy = null;
        });
      }, 18_000);
      expect([waits.length, waits[0] === 'n1'], `seed ${seed}`).toEqual([1, false]);
      expect(record(history), `seed ${seed}`).toMatchObject({ master: 'n1', cause: 'autoreturn' });
    }
  }, timeoutMs);

  test('mode disabled and back: the master writes on without a lease, then with one', () => {
    for (const seed of seeds) {
      const { promotions, cluster, gapMs } = run(seed, {}, (act) => {
        act.cluster.configure({ ...act.cluster.settings, mode: 'disabled' });
        act.cluster.world.after(2_000, () => {
          expect(act.cluster.store.records().state?.value.unfenced).toBe('n1');
          act.storeAway(4_000);
        });
        act.cluster.world.after(7_000, () => act.cluster.configure({ ...act.cluster.settings, mode: 'stateful' }));
      }, 10_000);
      expect([promotions, record({ cluster } as History).unfenced], `seed ${seed}`).toEqual([0, null]);
      expect(gapMs, `seed ${seed}`).toBeLessThan(500);
    }
  }, timeoutMs);
});

test('rows that only an ended process has: left behind by default, waited for where none may be', () => {
  const killed = (lossRowsMax: number | null) =>
    seeds.map((seed) =>
      run(seed, { lossRowsMax }, (act, of) => {
        for (const { uuid } of act.cluster.instances) if (uuid !== of) act.slowLink(of, uuid, 400, 295);
        act.cluster.world.after(300, () => act.killInstance(of));
      }),
    );
  const [left, kept] = [killed(null), killed(0)];
  expect(left.reduce((sum, { seen }) => sum + (seen.rowsLost ?? 0), 0)).toBeGreaterThan(0);
  for (const [seed, { gapMs }] of left.entries()) expect(gapMs, `seed ${seed}`).toBeLessThan(700);
  for (const [seed, { seen }] of kept.entries()) expect(seen.rowsLost ?? 0, `seed ${seed}`).toBe(0);
}, timeoutMs);

test('quorum: with two of three hosts lost nobody is promoted, until one is back', () => {
  for (const seed of seeds) {
    run(seed, { durability: 'quorum' }, (act, of) => {
      const [first] = act.cluster.instances.filter(({ uuid }) => uuid !== of);
      act.killHost(of, 20_000);
      act.killHost(first!.uuid, 6_000);
      act.cluster.world.after(5_500, () => expect(act.cluster.master()).toBeNull());
    }, 12_000);
  }
}, timeoutMs);

test('quorum: who votes is changed only when the rows of before are on enough copies by the new ones', () => {
  const lost = (seed: number, options: Partial<Options>) =>
    run(seed, { durability: 'quorum', ...options }, (act, of) => {
      const [has, lacks] = act.cluster.instances.map(({ uuid }) => uuid).filter((uuid) => uuid !== of) as [string, string];
      act.cut([of], [lacks], 2_500);
      act.cluster.world.after(500, () => act.cluster.configure({ ...act.cluster.settings, members: act.cluster.settings.members.map((member) => ({ ...member, voter: member.uuid !== has })) }));
      act.cluster.world.after(1_500, () => [of, has].forEach((uuid) => act.killHost(uuid, 6_000)));
    });
  for (const seed of seeds) {
    lost(seed, {});
    expect(() => lost(seed, { flaws: { answersEarly: true } }), `seed ${seed}`).toThrow('I2');
  }
}, timeoutMs);

test('a gate makes a cut-off master stop acknowledging before its lease ends', () => {
  const lost = (minReplicas: number) => seeds.map((seed) => run(seed, { minReplicas }, (act, of) => act.cut([of], act.cluster.places.filter((place) => place !== of), 5_000)).seen.rowsLost ?? 0);
  const [without, gated] = [lost(0), lost(1)];
  for (const [index, rows] of gated.entries()) expect(rows, `seed ${index}, ${without[index]} without`).toBeLessThan((without[index] ?? 0) / 2);
}, timeoutMs);

test('a master whose gate is closed can be switched over', () => {
  for (const seed of seeds) {
    const { cluster } = run(seed, { minReplicas: 2 }, (act, of) => {
      const [, gone] = act.cluster.instances.filter(({ uuid }) => uuid !== of);
      act.killHost(gone!.uuid, 30_000);
      act.cluster.world.after(3_000, () => act.switchover(other(act, of)));
      act.cluster.world.after(6_000, () => expect(act.cluster.store.records().state?.value, `seed ${seed}`).toMatchObject({ master: other(act, of), cause: 'switchover' }));
    }, 7_000);
    expect(cluster.checks.promotions.length, `seed ${seed}`).toBeGreaterThan(1);
  }
}, timeoutMs);

test('30 % loss makes no more than a few promotions (P6)', () => {
  for (const seed of seeds) {
    const { promotions } = run(seed, { drift: 0.05 }, (act) => act.loss(0.3, 20_000), 20_000);
    expect(promotions, `seed ${seed}`).toBeLessThanOrEqual(4);
  }
}, timeoutMs);
