import { expect } from 'vitest';
import { profiles } from '~/swim/protocol/config.ts';
import { believed, forEverySeed, history, never, record, running, simulate } from './support.ts';

forEverySeed('on a healthy network nobody is ever suspected', (seed) => {
  const simulator = simulate({ seed, clockDriftMax: 0.05, network: { jitterMs: 20 } });
  simulator.checkers.push(never(['suspect', 'dead', 'left'], () => true));
  simulator.run(60_000);
  expect(simulator.datagrams).toBeGreaterThan(1_000);
});

forEverySeed('overtaking and doubled datagrams accuse nobody', (seed) => {
  const simulator = simulate({ seed, network: { delayMs: 1, jitterMs: 30, duplication: 0.2 } });
  simulator.checkers.push(never(['suspect', 'dead', 'left'], () => true));
  simulator.run(30_000);
});

for (const [profile, boundMs] of [['fast', 10_000], ['lan', 35_000]] as const) {
  forEverySeed(`a silent host is dead everywhere within the bound (${profile})`, (seed) => {
    const simulator = simulate({ seed, profile, clockDriftMax: 0.05 });
    const victim = simulator.node(seed % 8);
    simulator.checkers.push(never(['suspect', 'dead', 'left'], (uuid) => uuid !== victim.uuid));
    simulator.run(5_000);
    simulator.kill(victim, 'silent');
    simulator.run(5_000 + profiles[profile].suspicionMsMin * 0.9);
    expect(running(simulator).map((by) => believed(by, victim))).not.toContain('dead');
    simulator.run(5_000 + boundMs);
    for (const by of running(simulator)) expect(believed(by, victim), `node ${by.index}`).toBe('dead');
  });
}

forEverySeed('a process that ended is dead everywhere long before its suspicion would end', (seed) => {
  const simulator = simulate({ seed, nodes: 12, profile: 'lan' });
  const victim = simulator.node(seed % 12);
  simulator.checkers.push(never(['suspect', 'dead', 'left'], (uuid) => uuid !== victim.uuid));
  simulator.run(15_000);
  simulator.kill(victim, 'gone');
  const observations = record(simulator);
  simulator.run(45_000);
  for (const by of running(simulator)) expect(believed(by, victim), `node ${by.index}`).toBe('dead');
  const suspectedAt = observations.find(({ event }) => event.kind === 'suspect')?.atMs ?? Infinity;
  const deadAt = observations.findLast(({ event }) => event.kind === 'dead')?.atMs ?? Infinity;
  expect(deadAt - suspectedAt).toBeLessThan(profiles.lan.suspicionMsMin / 2);
});

forEverySeed('without hard evidence the same death takes the whole suspicion', (seed) => {
  const simulator = simulate({ seed, tuned: { hardEvidence: false } });
  const victim = simulator.node(0);
  simulator.run(2_000);
  simulator.kill(victim, 'gone');
  simulator.run(2_900);
  for (const by of running(simulator)) expect(believed(by, victim)).not.toBe('dead');
  simulator.run(20_000);
  for (const by of running(simulator)) expect(believed(by, victim)).toBe('dead');
}, 10);

forEverySeed('two members are enough to notice a death', (seed) => {
  for (const state of ['gone', 'silent'] as const) {
    const simulator = simulate({ seed, nodes: 2 });
    simulator.run(2_000);
    simulator.kill(simulator.node(1), state);
    simulator.run(12_000);
    expect(believed(simulator.node(0), simulator.node(1))).toBe('dead');
  }
}, 10);

forEverySeed('many deaths at once are all noticed, and nobody else is accused', (seed) => {
  const simulator = simulate({ seed, nodes: 20 });
  const victims = simulator.nodes.filter((node) => node.index % 2 === 1);
  const guilty = new Set(victims.map((node) => node.uuid));
  simulator.checkers.push(never(['dead', 'left'], (uuid) => !guilty.has(uuid)));
  simulator.run(3_000);
  for (const victim of victims) simulator.kill(victim, seed % 2 === 0 ? 'gone' : 'silent');
  simulator.run(40_000);
  for (const by of running(simulator)) for (const victim of victims) expect(believed(by, victim), `${by.index} on ${victim.index}`).toBe('dead');
}, 15);

forEverySeed('a member that left is never dead', (seed) => {
  const simulator = simulate({ seed, network: { loss: seed % 2 === 0 ? 0 : 0.1 } });
  const leaver = simulator.node(seed % 8);
  simulator.checkers.push(never(['dead'], (uuid) => uuid === leaver.uuid));
  simulator.run(3_000);
  simulator.call(leaver, (protocol, now) => protocol.leave(now));
  simulator.run(3_100);
  simulator.kill(leaver, 'gone');
  simulator.run(13_000);
  for (const by of running(simulator)) expect(believed(by, leaver), `node ${by.index}`).toBe('left');
});

forEverySeed('a seed replays the same history', (seed) => {
  const run = () => {
    const simulator = simulate({ seed, network: { loss: 0.15, jitterMs: 30 }, clockDriftMax: 0.02 });
    const observations = record(simulator);
    simulator.at(3_000, () => simulator.kill(simulator.node(2), 'silent'));
    simulator.run(15_000);
    return history(observations);
  };
  const first = run();
  expect(first).toContain('dead');
  expect(run()).toBe(first);
}, 5);
