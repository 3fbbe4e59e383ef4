import { expect, it } from 'vitest';
import { mistakes } from '~/tests/faults/scenario/format.ts';
import { classes, draw } from '~/tests/faults/walk/draw.ts';
import { selection, sharded } from '~/tests/faults/walk/selection.ts';
import { productOf, type Trial } from '~/tests/faults/walk/trial.ts';

const wrong = ({ options, scenario }: Pick<Trial, 'options' | 'scenario'>) => mistakes(scenario, productOf({ folder: '' }, options).roles);

it.each(classes)('trials of class %s can be run, and are the same again', (only) => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const trial = draw(seed, { lab: 'namespaces', only });
    expect(wrong(trial)).toEqual([]);
    expect(draw(seed, { lab: 'namespaces', only })).toEqual(trial);
  }
});

it('what npm test tries can be run', () => {
  for (const { options, scenarios } of [...Object.values(selection), sharded]) for (const scenario of scenarios) expect(wrong({ options, scenario })).toEqual([]);
});

it('of the whole product everything is hit: routers by name, giver and taker, and buckets are always on their way', () => {
  const trials = Array.from({ length: 100 }, (_, seed) => draw(seed, { lab: 'namespaces', only: 'sharded' }));
  const faults = trials.flatMap(({ scenario }) => scenario.faults);
  expect(faults.some((fault) => fault.kind === 'kill' && fault.node === 'router' && fault.program === 'router')).toBe(true);
  expect(faults.filter((fault) => 'program' in fault && fault.program === 'router' && fault.node !== 'router')).toEqual([]);
  for (const node of ['source', 'destination', 'router', 'coordinator', 'provider']) expect(faults.some((fault) => 'node' in fault && fault.node === node), node).toBe(true);
  for (const { scenario } of trials) {
    const drains = scenario.faults.filter(({ kind }) => kind === 'drain');
    expect(drains).toHaveLength(6);
    // The last fault leaves time in which nothing may go wrong any more.
    expect(Math.max(...scenario.faults.map(({ endMs }) => endMs)) + 15_000).toBeLessThan(scenario.durationMs);
  }
});
