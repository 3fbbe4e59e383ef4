/** What the machine does to healthy processes, and how many wrong verdicts come of it. */

import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { clockMs, sleep, type BenchMember, type EventKind, type Group } from './cluster.ts';
import { beOrdinary, beRealtime } from './priority.ts';

export type Wrong = { readonly verdicts: number; readonly accusations: number };

/** Events of these kinds since then, where both who says it and whom it is about are among those given. */
async function count(by: readonly BenchMember[], about: readonly BenchMember[], { kinds, sinceMs }: { kinds: readonly EventKind[]; sinceMs: number }): Promise<number> {
  const names = new Set(about.map(({ name }) => name));
  let found = 0;
  for (const member of by) {
    for (const event of await member.events()) {
      if (event.atMs >= sinceMs && kinds.includes(event.kind) && names.has(event.about) && event.about !== member.name) found++;
    }
  }
  return found;
}

/** One process stopped for a while. `accusations`: of others, by the one that was stopped. */
export async function stopOne({ members }: Group, stoppedMs: number): Promise<Wrong> {
  const sinceMs = clockMs();
  const [stopped, ...others] = members as [BenchMember, ...BenchMember[]];
  stopped.signal('SIGSTOP');
  await sleep(stoppedMs);
  stopped.signal('SIGCONT');
  await sleep(6_000);
  return {
    verdicts: await count(members, members, { kinds: ['dead'], sinceMs }),
    accusations: await count([stopped], others, { kinds: ['suspect', 'dead'], sinceMs }),
  };
}

/** As many busy processes as said for each core, all of one priority. `realtime`: the members had another one before. */
export async function busyMachine({ members }: Group, { perCore, ms, realtime }: { perCore: number; ms: number; realtime: boolean }): Promise<Wrong> {
  const sinceMs = clockMs();
  for (const { pid } of members) beOrdinary(pid);
  const loops = Array.from({ length: perCore * cpus().length }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  for (const { pid } of loops) if (pid !== undefined) beOrdinary(pid);
  await sleep(ms);
  for (const loop of loops) loop.kill('SIGKILL');
  if (realtime) for (const { pid } of members) beRealtime(pid);
  await sleep(4_000);
  const about = { sinceMs };
  return {
    verdicts: await count(members, members, { kinds: ['dead'], ...about }),
    accusations: await count(members, members, { kinds: ['suspect'], ...about }),
  };
}

/** Four members stopped most of the time: they must not drag the healthy ones into it. */
export async function flapping({ members }: Group, { ms, stoppedMs, runningMs }: { ms: number; stoppedMs: number; runningMs: number }): Promise<Wrong> {
  const sinceMs = clockMs();
  const sick = members.slice(0, 4);
  const healthy = members.slice(4);
  while (clockMs() - sinceMs < ms) {
    for (const member of sick) member.signal('SIGSTOP');
    await sleep(stoppedMs);
    for (const member of sick) member.signal('SIGCONT');
    await sleep(runningMs);
  }
  return {
    verdicts: await count(healthy, healthy, { kinds: ['dead'], sinceMs }),
    accusations: await count(healthy, healthy, { kinds: ['suspect'], sinceMs }),
  };
}
