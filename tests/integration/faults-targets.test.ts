/** Clients of the fault harness on a real PostgreSQL, with nothing going wrong: what they ask is done, and every checker passes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkBank } from '~/tests/faults/checkers/bank.ts';
import { checkCounter } from '~/tests/faults/checkers/counter.ts';
import { checkRegisters } from '~/tests/faults/checkers/registers.ts';
import { checkSet } from '~/tests/faults/checkers/set.ts';
import type { Verdict } from '~/tests/faults/checkers/verdict.ts';
import { Journal } from '~/tests/faults/history/journal.ts';
import type { History } from '~/tests/faults/history/operation.ts';
import { seeded } from '~/tests/faults/random.ts';
import { Postgres } from '~/tests/faults/targets/postgres.ts';
import type { TargetOptions } from '~/tests/faults/workloads/target.ts';
import { perform, Workers } from '~/tests/faults/workloads/workers.ts';
import { bankAccounts, bankTotal, lastReads, workload, type PlainWorkload } from '~/tests/faults/workloads/workload.ts';
import { startPostgres, type Postgres as Server } from '~/tests/support/postgres.ts';
import { waitFor } from '~/tests/support/wait.ts';

let server: Server;
let options: TargetOptions;
const target = new Postgres({ user: 'coterie', database: 'faults' });

beforeAll(async () => {
  server = await startPostgres();
  options = { endpoints: [{ host: '127.0.0.1', port: Number(new URL(server.createDatabase('faults')).port) }], timeoutMs: 10_000 };
});
afterAll(() => server?.stop());

const checks = {
  set: (history) => checkSet(history),
  register: (history) => checkRegisters(history),
  counter: (history) => checkCounter(history),
  bank: (history) => checkBank(history, { accounts: bankAccounts, total: bankTotal, mayOwe: true }),
} satisfies Record<PlainWorkload, (history: History) => Verdict>;

it.each(Object.keys(checks) as PlainWorkload[])('the workload %s is right on PostgreSQL', async (name) => {
  await target.prepare(options);
  const journal = new Journal();
  const workers = new Workers({ open: () => target.open(options), journal }, { workers: 3 });
  workers.start((worker) => workload(name, { random: seeded(worker), firstId: worker * 1_000_000 + 1 }));
  await waitFor(() => journal.operations.length > 150, { timeoutMs: 30_000, what: 'operations' });
  await workers.stop();
  const session = target.open(options);
  for (const asked of lastReads(name)) journal.add(await perform(session, asked, 100));
  session.close();
  expect(journal.operations.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThan(100);
  expect(checks[name](journal.operations)).toMatchObject({ valid: true, problems: [] });
});
