/** The fault harness as a whole, on one real Tarantool: what it must find it finds, and finds nothing else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { acksOf, outageMs } from '~/tests/faults/checkers/outages.ts';
import type { Lab } from '~/tests/faults/lab/lab.ts';
import { NamespaceLab } from '~/tests/faults/lab/namespaces.ts';
import { ProxyLab } from '~/tests/faults/lab/proxies.ts';
import type { Scenario } from '~/tests/faults/scenario/format.ts';
import { runScenario, type Ran } from '~/tests/faults/scenario/run.ts';
import { OneTarantool } from '~/tests/faults/systems/one-tarantool.ts';

const nodes = ['n1', 'c1'];
const makers: readonly (readonly [string, () => Lab])[] = [
  ['namespaces', () => NamespaceLab.open(nodes)],
  ['proxies', () => new ProxyLab(nodes)],
];

let end: () => Promise<void> = () => Promise.resolve();
afterEach(() => end());

async function run(lab: Lab, walMode: 'write' | 'none', scenario: Scenario): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-faults-'));
  end = async () => {
    await lab.close();
    rmSync(folder, { recursive: true });
  };
  const system = new OneTarantool({ folder }, { walMode });
  await system.start(lab);
  return await runScenario(scenario, { lab, system, folder });
}

const isolate = { kind: 'isolate', node: 'master', direction: 'both', beginMs: 500, endMs: 1_500 } as const;
const of = (name: Scenario['workload']['name'], faults: Scenario['faults'], checks: Scenario['checks']): Scenario => ({
  name, seed: 1, nodes, faults, checks, workload: { name, clients: ['c1'], workers: 4, rate: 400 }, durationMs: 2_500,
});

it.each(makers)('registers stay linearizable through a cut that clients see, in %s', async (_, open) => {
  const ran = await run(open(), 'write', of('register', [isolate], ['registers', 'noFailover']));
  expect(ran.counterexample).toBe(null);
  const [fault] = ran.happened;
  expect(fault!.fault).toMatchObject({ kind: 'isolate', node: 'n1' });
  expect(ran.history.filter(({ outcome }) => outcome === 'info').length).toBeGreaterThan(0);
  const acks = acksOf(ran.history);
  expect(acks.length).toBeGreaterThan(50);
  expect(outageMs(acks, { from: fault!.begun, to: fault!.ended }, fault!.ended)).toBeGreaterThan(900);
});

it.each(['counter', 'bank'] as const)('a kill and a pause leave the %s right', async (name) => {
  const faults: Scenario['faults'] = [{ kind: 'kill', node: 'n1', program: 'tarantool', beginMs: 400, endMs: 600 }, { kind: 'pause', node: 'n1', program: 'all', beginMs: 1_600, endMs: 1_900 }];
  const ran = await run(makers[0]![1](), 'write', of(name, faults, [name]));
  expect(ran.counterexample).toBe(null);
  expect(ran.happened).toHaveLength(2);
});

it('finds what a database without a log loses by a kill, and shows how to see it again', async () => {
  const scenario = of('set', [{ kind: 'kill', node: 'master', program: 'tarantool', beginMs: 1_000, endMs: 1_200 }], ['set']);
  const ran = await run(makers[0]![1](), 'none', scenario);
  const set = ran.verdicts.find(({ checker }) => checker === 'set');
  expect(set).toMatchObject({ valid: false });
  expect(set!.counts.lost).toBeGreaterThan(50);
  expect(ran.counterexample).toContain('kill tarantool on n1');
  expect(ran.counterexample).toContain(JSON.stringify(scenario));
});
