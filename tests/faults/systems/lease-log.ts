/** When an instance could write, by its log: that is still there when the process is not. */
import type { Writable } from '../checkers/writable.ts';
import type { Killed } from '../scenario/system.ts';

const line = /lease: (writable|read-only) from ([\d.]+) in epoch (\d+)(?:, no write after ([\d.]+))?/;

/** `now`: what is still open ends then, at the latest. All in ms of CLOCK_MONOTONIC. */
export function writableOf(instance: string, log: string, { killed, now }: { readonly killed: readonly Killed[]; readonly now: number }): Writable[] {
  const kills = killed.filter((one) => one.instance === instance).map(({ at }) => at).toSorted((a, b) => a - b);
  const found: Writable[] = [];
  let open: { readonly epoch: number; readonly from: number } | null = null;
  const close = (to: number) => {
    if (open !== null && to > open.from) found.push({ instance, epoch: open.epoch, from: open.from, to });
    open = null;
  };
  const killedAfter = (from: number) => kills.find((at) => at >= from) ?? now;
  for (const text of log.split('\n')) {
    const [, what, seconds, epoch, last] = line.exec(text) ?? [];
    if (what === 'writable') {
      if (open !== null) close(Math.min(killedAfter((open as { from: number }).from), Number(seconds) * 1_000));
      open = { epoch: Number(epoch), from: Number(seconds) * 1_000 };
    } else if (what === 'read-only') close(Number(last ?? seconds) * 1_000);
  }
  if (open !== null) close(killedAfter((open as { from: number }).from));
  return found;
}
