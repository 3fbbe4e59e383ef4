/**
 * A client process, so that clients live on the nodes whose links are cut: `node client.mjs SPEC`.
 * Says `ready` when its workers go, ends at the end of its input, and leaves its history in a file.
 */
import { targetOf, type TargetSpec } from '../targets/any.ts';
import { Journal } from '../history/journal.ts';
import { seeded } from '../random.ts';
import type { TargetOptions } from './target.ts';
import { workersMax, Workers } from './workers.ts';
import { workload, type WorkloadName } from './workload.ts';

export type ClientSpec = {
  readonly target: TargetSpec;
  readonly options: TargetOptions;
  readonly workload: WorkloadName;
  /** Of this client process among all: its ids and processes are its own. */
  readonly number: number;
  readonly seed: number;
  readonly workers: number;
  readonly rate: number;
  readonly out: string;
};

/** Ids of one worker; 100 workers to a process. */
const idsPerWorker = 10_000_000;

async function main(spec: ClientSpec): Promise<void> {
  const target = targetOf(spec.target);
  const journal = new Journal(spec.out);
  const firstProcess = spec.number * workersMax;
  const workers = new Workers({ open: () => target.open(spec.options), journal }, { workers: spec.workers, rate: spec.rate, firstProcess, processStep: 1_000_000 });
  workers.start((worker) => workload(spec.workload, { random: seeded(spec.seed * 1_009 + firstProcess + worker), firstId: (firstProcess + worker) * idsPerWorker + 1 }));
  process.stdout.write('ready\n');
  await new Promise((resolve) => process.stdin.once('end', resolve).once('close', resolve).resume());
  await workers.stop();
  target.close?.();
  journal.close();
}

await main(JSON.parse(process.argv[2]!) as ClientSpec);
