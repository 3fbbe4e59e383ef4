/** How long until the last observer knows that a process is gone, or that a host went silent, or that somebody left. */

import { clockMs, lastSeen, sleep, until, type BenchMember, type EventKind, type Group } from './cluster.ts';

export type Loss = 'kill' | 'silence' | 'leave';

const kindOf = { kill: 'dead', silence: 'dead', leave: 'left' } as const satisfies Record<Loss, EventKind>;
const limitMs = 60_000;

/**
 * One sample for each loss; the group shrinks by one each time. Undefined where somebody did not know within a minute.
 */
export async function measureLosses(group: Group, loss: Loss, count: number): Promise<(number | undefined)[]> {
  const samples: (number | undefined)[] = [];
  const gone: BenchMember[] = [];
  for (let i = 0; i < count; i++) {
    const victim = group.members.pop();
    if (victim === undefined || group.members.length < 1) break;
    gone.push(victim);
    // At any point of a round, as it happens in life.
    await sleep(1_000 + Math.random() * 1_000);
    samples.push(await lossOf(victim, group.members, loss));
  }
  for (const member of gone) member.signal('SIGCONT');
  await Promise.all(gone.map((member) => member.kill()));
  return samples;
}

async function lossOf(victim: BenchMember, observers: readonly BenchMember[], loss: Loss): Promise<number | undefined> {
  const sinceMs = clockMs();
  if (loss === 'kill') void victim.kill();
  else if (loss === 'silence') victim.silence();
  else void victim.leave().catch(() => undefined);
  const lastMs = await until(() => lastSeen(observers, kindOf[loss], { about: victim.name, sinceMs }), limitMs);
  return lastMs && lastMs - sinceMs;
}
