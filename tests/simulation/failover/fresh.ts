import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';
import { added, nothing, sentence, tried } from './tally.ts';

/** Histories that nobody has seen yet: another set for each commit, the same for the same one. The title says where they begin: COTERIE_FAILOVER_FROM begins there again. */
const first = Number(process.env.COTERIE_FAILOVER_FROM ?? ofCommit());
/** About 50 s of processor time; `npm run simulate:failover` walks further. */
const histories = Number(process.env.COTERIE_FAILOVER_HISTORIES ?? 2_000);

/** Without git: those of no commit. */
function ofCommit(): number {
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' });
  return Number.parseInt((stdout ?? '').slice(0, 7), 16) || 0;
}

/** One of `parts` equal parts of them, so that each processor has one. */
export function testFresh(part: number, parts: number): void {
  const count = Math.ceil(histories / parts);
  const from = first + part * count;

  test(`${count} histories of failover under random faults, from seed ${from} on`, () => {
    let total = nothing;
    for (let seed = from; seed < from + count; seed += 1) {
      const { tally, broken } = tried(seed);
      if (broken) throw broken;
      total = added(total, tally);
    }
    process.stdout.write(`${sentence(total)}\n`);
    expect(total.promotions).toBeGreaterThan(total.seeds);
  }, 20 * 60_000);

  test('a history that is replayed is the same, event by event', () => {
    expect(simulate(from).hash).toBe(simulate(from).hash);
  });
}
