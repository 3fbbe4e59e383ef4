import { expect, it } from 'vitest';
import { LimitExceeded, OutcomeUnknown, ProviderUnavailable } from '~/state/errors.ts';
import { openLink } from '~/state/memory/backend.ts';
import { openMemory } from '~/state/memory/open.ts';
import { MemoryStore } from '~/state/memory/store.ts';
import { HandClock } from '~/tests/unit/iproto/fixture.ts';
import { randomOf } from './agent/scheduler.ts';

/**
 * Every change is made at most once, and what its caller was told is true for ever: done, refused, surely not, or
 * unknown until it was settled. Links delay, copy, cut and lose; each change sets one of few keys that others remove
 * again, so that a copy which is late finds its conditions true a second time.
 */
type Told = 'done' | 'refused' | 'unavailable' | 'unknown';

const keys = ['k/a', 'k/b', 'k/c'];

async function run(seed: number): Promise<{ readonly told: Record<Told, number> }> {
  const clock = new HandClock();
  const random = randomOf(seed);
  const store = new MemoryStore({ clock });
  const told: Record<Told, number> = { done: 0, refused: 0, unavailable: 0, unknown: 0 };
  /** By id: what its caller knows. */
  const fates = new Map<string, Told>();
  /** By id: how often it was seen to be made. */
  const made = new Map<string, number>();
  store.follow((batch) => {
    for (const [key, entry] of batch?.entries ?? []) if (entry && keys.includes(key)) made.set(entry.value, (made.get(entry.value) ?? 0) + 1);
  });
  const check = (when: string) => {
    for (const [id, count] of made) {
      expect(count, `seed ${seed}, ${when}: ${id} made`).toBe(1);
      expect(['refused', 'unavailable'], `seed ${seed}, ${when}: ${id} made`).not.toContain(fates.get(id));
    }
    for (const [id, fate] of fates) if (fate === 'done') expect(made.get(id), `seed ${seed}, ${when}: ${id} told done`).toBe(1);
  };

  const ends: Promise<void>[] = [];
  const running = new Set([0]);
  const links = ['x', 'y', 'z'].map((client) => {
    const link = openLink();
    link.delayMs = () => (random() < 0.1 ? random() * 400 : random() * 20);
    link.copies = () => (random() < 0.5 ? 1 : 2 + Math.floor(random() * 2));
    const state = openMemory({ store, clock, random }, { client, cluster: 'c', link });
    const work = async (name: string) => {
      for (let turn = 0; running.size > 0; turn += 1) {
        const key = keys[Math.floor(random() * keys.length)]!;
        const id = `${client}${name}${turn}`;
        const remove = random() < 0.5;
        try {
          const entry = remove ? (await state.read([key], { timeoutMs: 50 })).entries.get(key)! : null;
          const change = entry ? { when: [{ key, revision: entry.revision }], remove: [key] } : { when: [{ key, revision: null }], put: [{ key, value: id }] };
          const { done } = await state.commit(change, { timeoutMs: 50 });
          if (!entry) fates.set(id, done ? 'done' : 'refused');
        } catch (error) {
          if (error instanceof OutcomeUnknown) {
            fates.set(id, 'unknown');
            const outcome = random() < 0.5 ? await error.settle({ timeoutMs: 200 }).catch(() => null) : null;
            if (outcome !== null && !remove) fates.set(id, outcome === 'done' ? 'done' : 'unavailable');
          } else if (error instanceof ProviderUnavailable) fates.set(id, 'unavailable');
          else if (!(error instanceof LimitExceeded)) throw error;
        }
        // What fails at once would go round for ever in one instant.
        await new Promise<void>((resolve) => void clock.after(1 + random() * 5, resolve));
      }
    };
    ends.push(work('1'), work('2'));
    return link;
  });
  for (let step = 0; step < 50; step += 1) {
    const link = links[Math.floor(random() * links.length)]!;
    link.way = random() < 0.7 ? 'open' : random() < 0.7 ? 'cut' : 'refused';
    link.answersToLose = random() < 0.3 ? 2 : 0;
    await clock.advance(random() * 100);
    check(`step ${step}`);
  }
  running.clear();
  for (const link of links) link.way = 'open';
  await clock.advance(5_000);
  await Promise.all(ends);
  check('at the end');
  for (const fate of fates.values()) told[fate] += 1;
  return { told };
}

it('does every change at most once and tells the truth about it, whatever its copies do', async () => {
  const sum: Record<Told, number> = { done: 0, refused: 0, unavailable: 0, unknown: 0 };
  for (let seed = 1; seed <= 5; seed += 1) {
    const { told } = await run(seed);
    for (const key of Object.keys(sum) as Told[]) sum[key] += told[key];
  }
  for (const [fate, count] of Object.entries(sum)) expect(count, fate).toBeGreaterThan(10);
});
