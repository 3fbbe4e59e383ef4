/**
 * On a shared machine other people's work would be measured too: with `--realtime` everything measured goes before it,
 * serf and Tarantool as well as ours. Needs root.
 */

import { spawnSync } from 'node:child_process';

export function beRealtime(pid: number): boolean {
  return spawnSync('chrt', ['-a', '-r', '-p', '5', String(pid)]).status === 0;
}

/** Where the load of the machine is what is measured. */
export function beOrdinary(pid: number): void {
  spawnSync('chrt', ['-a', '-o', '-p', '0', String(pid)]);
}
