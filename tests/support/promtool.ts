import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Prometheus's own tool, as `npm test` puts it there, or from the PATH. */
const own = resolve('node_modules/.coterie-tools/promtool');

export function promtool(args: readonly string[], { cwd, input }: { cwd?: string; input?: string } = {}): { ok: boolean; output: string } {
  const { status, error, stdout, stderr } = spawnSync(existsSync(own) ? own : 'promtool', args, { encoding: 'utf8', timeout: 60_000, ...(cwd === undefined ? {} : { cwd }), ...(input === undefined ? {} : { input }) });
  if (error) throw new Error(`promtool did not run (${error.message}): npm test puts it into node_modules/.coterie-tools.`);
  return { ok: status === 0, output: `${stdout}${stderr}` };
}
