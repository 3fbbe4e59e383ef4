import { cpus, loadavg, totalmem } from 'node:os';

/** When, on what, and by which command: what stands above each table. */
export function measuredBy(bench: string, args: readonly string[]): string {
  const [cpu] = cpus();
  return `${new Date().toISOString().slice(0, 10)}, ${cpu?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load ${loadavg().map((value) => value.toFixed(1)).join(' ')} at the end. \`npm run bench ${bench}${args.length > 0 ? ` -- ${args.join(' ')}` : ''}\``;
}
