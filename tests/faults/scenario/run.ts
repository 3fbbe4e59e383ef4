/** Runs a scenario on a system that is up: clients, faults at their times, everything whole again, the last reads, the checks. */
import { join } from 'node:path';
import { checkBank } from '../checkers/bank.ts';
import { checkCopies } from '../checkers/copies.ts';
import { checkCounter } from '../checkers/counter.ts';
import { checkRegisters } from '../checkers/registers.ts';
import { checkSet } from '../checkers/set.ts';
import { checkShards } from '../checkers/shards.ts';
import { checkTold } from '../checkers/told.ts';
import { verdict, type Verdict } from '../checkers/verdict.ts';
import { grouped } from '../checkers/grouped.ts';
import { checkWritable, type Writable } from '../checkers/writable.ts';
import { monotonicMs } from '../history/clock.ts';
import { readHistory } from '../history/journal.ts';
import type { History, Operation } from '../history/operation.ts';
import { outside, type Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import { targetOf } from '../targets/any.ts';
import type { ClientSpec } from '../workloads/client-main.ts';
import { clientProgram } from '../workloads/client-program.ts';
import { perform, workersMax } from '../workloads/workers.ts';
import { bankAccounts, bankTotal, lastReads } from '../workloads/workload.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { mistakes, type CheckName, type Scenario } from './format.ts';
import { Nemesis } from './nemesis.ts';
import type { System } from './system.ts';
import { counterexample, type Happened } from './timeline.ts';

export type Ran = {
  readonly zero: number;
  readonly happened: readonly Happened[];
  readonly history: History;
  readonly verdicts: readonly Verdict[];
  /** All verdicts, faults and the scenario itself, for whoever has to see it again; null when everything holds. */
  readonly counterexample: string | null;
};

/** `folder` keeps the histories. */
export type Place = { readonly lab: Lab; readonly system: System; readonly folder: string };

const [startMs, endMs, readMs] = [60_000, 60_000, 30_000];

export async function runScenario(scenario: Scenario, { lab, system, folder }: Place): Promise<Ran> {
  const wrong = mistakes(scenario, system.roles);
  if (wrong.length > 0) throw new Error(`${scenario.name}: ${wrong.join('; ')}`);
  await targetOf(system.target).prepare(await system.clientOptions(outside));
  const failoversBefore = await system.failovers();
  const clients = await startClients(scenario, { lab, system, folder });
  const nemesis = new Nemesis({ lab, system });
  const zero = monotonicMs();
  await nemesis.run(scenario.faults, { zero, durationMs: scenario.durationMs });
  for (const { process } of clients) process.endInput();
  for (const { process } of clients) await waitFor(() => !process.running, { timeoutMs: endMs, what: 'a client to end' });
  const settled = await system.settled().then(() => verdict('settled', [], {}), (error: unknown) => verdict('settled', [`it is not whole again: ${error instanceof Error ? error.message : String(error)}`], {}));
  const last = settled.valid === true ? await readAll(scenario, system) : [];
  const history = [...clients.flatMap(({ out }) => readHistory(out)), ...last].toSorted((a, b) => a.invoked - b.invoked);
  const failovers = { before: failoversBefore, after: settled.valid === true ? await system.failovers() : null };
  const verdicts = [settled];
  for (const check of scenario.checks) {
    if (check === 'writable') verdicts.push(...await writableVerdicts(system, nemesis, zero));
    else if (settled.valid === true) verdicts.push(await judge(check, { history, failovers, system, happened: nemesis.happened }));
  }
  const bad = verdicts.some(({ valid }) => valid !== true);
  return { zero, happened: nemesis.happened, history, verdicts, counterexample: bad ? counterexample(scenario, { verdicts, happened: nemesis.happened, zero }) : null };
}

type Client = { readonly process: LabProcess; readonly out: string };

async function startClients(scenario: Scenario, { lab, system, folder }: Place): Promise<Client[]> {
  const program = await clientProgram();
  const clients = await Promise.all(scenario.workload.clients.map(async (node, number): Promise<Client> => {
    const out = join(folder, `${scenario.name}-${number}.jsonl`);
    const spec: ClientSpec = { ...scenario.workload, workload: scenario.workload.name, target: system.target, options: await system.clientOptions(node), number, seed: scenario.seed, out };
    return { process: lab.run(node, { program: process.execPath, args: [program, JSON.stringify(spec)] }), out };
  }));
  for (const { process } of clients) {
    await waitFor(() => {
      if (!process.running) throw new Error(process.said);
      return process.said.includes('ready');
    }, { timeoutMs: startMs, what: 'a client to be ready' });
  }
  return clients;
}

/** What is there when all is quiet, by a client that nothing was ever done to. */
async function readAll({ workload: { name, clients } }: Scenario, system: System): Promise<Operation[]> {
  const target = targetOf(system.target);
  const session = target.open({ ...(await system.clientOptions(outside)), timeoutMs: readMs });
  const answers: Operation[] = [];
  for (const asked of lastReads(name)) answers.push(await perform(session, asked, clients.length * workersMax));
  session.close();
  target.close?.();
  const failed = answers.find(({ outcome }) => outcome !== 'ok');
  if (failed) throw new Error(`the last ${failed.f} was answered with ${failed.outcome}`);
  return answers;
}

/** What ended before it began belongs to what ran on the system before. */
async function writableVerdicts(system: System, { killed, stopped }: Nemesis, zero: number): Promise<Verdict[]> {
  const ofEach = (records: readonly Writable[]) => [...grouped(records.filter(({ to }) => to >= zero), ({ instance }) => system.setOf?.(instance)).values()];
  const told = ofEach(await system.writable(killed)).map((records) => checkWritable(records, stopped));
  const seen = ofEach(system.witnessed?.() ?? []).map((records) => checkWritable(records, [], 'witnessed'));
  return [...told, ...seen];
}

type Facts = { readonly history: History; readonly happened: readonly Happened[]; readonly failovers: { readonly before: number | null; readonly after: number | null }; readonly system: System };

/** So long after the last fault routers serve everything, and so long may one call take: twice a search for a router, and the answer. */
const [backMs, callMs] = [12_000, 15_000];
/** What people do is no fault: clients notice nothing of it. */
const harmless: ReadonlySet<string> = new Set(['drain', 'apply']);

async function judge(check: Exclude<CheckName, 'writable'>, { history, failovers, happened, system }: Facts): Promise<Verdict> {
  switch (check) {
    case 'set':
      return checkSet(history);
    case 'kept':
      return checkSet(history, { kept: (await system.kept?.()) ?? new Set() });
    case 'shards':
      if (!system.shards) throw new Error('this system has no buckets');
      return checkShards(history, { shards: await system.shards(), kept: (await system.kept?.()) ?? new Set(), paymentsLast: system.waitsForCopies === true });
    case 'told':
      return checkTold(history, { faults: happened.filter(({ fault }) => !harmless.has(fault.kind)).map(({ begun, ended, endTookMs }) => ({ from: begun, to: ended + endTookMs })), backMs, callMs });
    case 'copies':
      return checkCopies((await system.copies?.()) ?? []);
    case 'registers':
      return checkRegisters(history);
    case 'counter':
      return checkCounter(history);
    case 'bank':
      return checkBank(history, { accounts: bankAccounts, total: bankTotal, mayOwe: false });
    case 'noFailover': {
      if (failovers.before === null || failovers.after === null) throw new Error('this system does not count its failovers');
      const count = failovers.after - failovers.before;
      return verdict('noFailover', count === 0 ? [] : [`${count} failovers, and none was needed`], { failovers: count });
    }
  }
}
