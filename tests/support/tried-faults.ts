import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '~/tests/faults/lab/lab.ts';
import { namespacesRefused } from '~/tests/faults/lab/namespaces.ts';
import { runScenario } from '~/tests/faults/scenario/run.ts';
import { words } from '~/tests/faults/scenario/timeline.ts';
import type { Selected } from '~/tests/faults/walk/selection.ts';
import { figuresOf, openLab, productOf } from '~/tests/faults/walk/trial.ts';

/**
 * Our product under faults: real agents, databases, state providers and clients, with links that are cut.
 * No acknowledged write is lost, or it is kept aside and counted; there are never two masters; all comes back by itself;
 * what needs no failover has none. Three files of such tests run at a time, as they wait most.
 */

/** All goes through proxies where nothing else is allowed. */
const usual: Lab['kind'] = namespacesRefused() === null ? 'namespaces' : 'proxies';

/** A system of its own for what was selected, and one scenario after the other on it. */
export function tried(selected: Selected, labKind: Lab['kind'] = usual): void {
  describe(`${selected.title}, in ${labKind}`, () => on(selected, labKind));
}

function on({ options, scenarios }: Selected, labKind: Lab['kind']): void {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const system = productOf({ folder }, options);
  let lab: Lab;
  let violated = false;

  beforeAll(async () => {
    lab = openLab(labKind, scenarios[0]!);
    await system.start(lab);
  });
  afterAll(async () => {
    await system.close();
    await lab?.close();
    if (!violated) rmSync(folder, { recursive: true, force: true });
  });

  it.each(scenarios)('$name', async (scenario) => {
    const histories = join(folder, scenario.name);
    mkdirSync(histories);
    const ran = await runScenario(scenario, { lab, system, folder: histories });
    const { acknowledged, moved, kept, silentMs } = figuresOf(ran);
    console.log(`${scenario.name}: ${ran.happened.map(({ fault }) => words(fault)).join('; ')}: ${moved} buckets moved, ${acknowledged} acknowledged, ${kept} kept aside, longest silence ${silentMs.toFixed(0)} ms`);
    if (ran.counterexample !== null) {
      violated = true;
      console.log(`${scenario.name}: what agents noted; logs and histories are kept in ${folder}\n${system.trails()}`);
    }
    expect(ran.counterexample).toBe(null);
    expect(acknowledged).toBeGreaterThan(100);
  });
}
