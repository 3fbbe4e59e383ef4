import { expect } from 'vitest';
import { generationOf } from '~/swim/simulator/simulator.ts';
import { believed, converged, forEverySeed, never, record, running, simulate } from './support.ts';

forEverySeed('a stopped detector accuses nobody when it goes on', (seed) => {
  const simulator = simulate({ seed, nodes: 10, profile: seed % 2 === 0 ? 'fast' : 'lan' });
  const paused = simulator.node(0);
  simulator.checkers.push(never(['suspect', 'dead', 'left'], (uuid) => uuid !== paused.uuid));
  for (let atMs = 4_000; atMs < 40_000; atMs += 9_000) {
    simulator.at(atMs + 1_000 * simulator.random(), () => simulator.stop(paused));
    simulator.at(atMs + 2_000 + 6_000 * simulator.random(), () => simulator.resume(paused));
  }
  simulator.run(50_000);
  expect(paused.protocol.stats().timersLate).toBeGreaterThan(0);
  expect(paused.protocol.stats().accusations).toBe(0);
});

forEverySeed('stopped for 3 s, a member is suspected at most (lan)', (seed) => {
  const simulator = simulate({ seed, nodes: 3 + (seed % 3) * 10, profile: 'lan', clockDriftMax: 0.01 });
  const victim = simulator.node(1);
  simulator.checkers.push(never(['dead', 'left'], () => true));
  simulator.checkers.push(never(['suspect'], (uuid) => uuid !== victim.uuid));
  simulator.at(5_000 + 1_000 * simulator.random(), () => {
    simulator.stop(victim);
    simulator.at(simulator.now + 3_000, () => simulator.resume(victim));
  });
  simulator.run(30_000);
  expect(converged(simulator)).toBe(true);
});

forEverySeed('a false accusation is refuted, and nobody is buried', (seed) => {
  const simulator = simulate({ seed, nodes: 10, profile: 'lan' });
  const victim = simulator.node(3);
  simulator.checkers.push(never(['dead', 'left'], () => true));
  simulator.run(3_000);
  // It can send but hears nothing for a while.
  for (const other of simulator.nodes) simulator.network.cut(other.index, victim.index);
  simulator.run(5_300);
  const suspecting = running(simulator).some((by) => believed(by, victim) === 'suspected');
  simulator.network.heal();
  simulator.run(30_000);
  expect(converged(simulator)).toBe(true);
  if (suspecting) expect(victim.protocol.self().incarnation.version).toBeGreaterThan(0n);
}, 20);

forEverySeed('a one-way cut between two members accuses nobody: the helpers reach both', (seed) => {
  const simulator = simulate({ seed, nodes: 8 });
  simulator.checkers.push(never(['suspect', 'dead'], () => true));
  simulator.network.cut(1, 2);
  simulator.run(30_000);
  expect(running(simulator).reduce((sum, node) => sum + node.protocol.stats().forwarded, 0)).toBeGreaterThan(0);
});

forEverySeed('with 10 % loss and jitter nobody who lives is buried', (seed) => {
  const simulator = simulate({ seed, nodes: 16, network: { loss: 0.1, jitterMs: 10 } });
  simulator.checkers.push(never(['dead', 'left'], () => true));
  simulator.run(30_000);
  simulator.network.options = { ...simulator.network.options, loss: 0 };
  simulator.run(40_000);
  expect(converged(simulator)).toBe(true);
}, 15);

forEverySeed('after a split both halves find each other again', (seed) => {
  const simulator = simulate({ seed, nodes: 12 });
  const all = simulator.nodes.map((node) => node.index);
  simulator.run(2_000);
  simulator.network.split(all, all.slice(0, 1 + (seed % 6)));
  simulator.run(30_000);
  expect(running(simulator).some((by) => by.protocol.members().some((member) => member.status === 'dead'))).toBe(true);
  simulator.network.heal();
  const healedAt = simulator.now;
  const observations = record(simulator);
  while (simulator.now < healedAt + 20_000 && !converged(simulator)) simulator.run(simulator.now + 500);
  simulator.run(simulator.now + 5_000);
  expect(converged(simulator), `${simulator.now - healedAt} ms`).toBe(true);
  expect(observations.filter(({ event }) => event.kind === 'dead'), 'deaths after healing').toEqual([]);
}, 20);

forEverySeed('a restarted member is back with its new generation', (seed) => {
  const simulator = simulate({ seed, seeds: 2 });
  const victim = simulator.node(2 + (seed % 6));
  simulator.run(3_000);
  simulator.kill(victim, 'gone');
  simulator.run(3_000 + 4_000 * simulator.random());
  simulator.restart(victim);
  simulator.run(simulator.now + 5_000);
  expect(converged(simulator)).toBe(true);
  for (const by of running(simulator).filter((node) => node !== victim)) {
    const seen = by.protocol.members().find((member) => member.uuid === victim.uuid);
    expect(seen?.incarnation.generation, `node ${by.index}`).toBe(generationOf(1));
    expect(believed(by, victim)).toBe('alive');
  }
});

forEverySeed('thirty processes started at once all know each other within 0.5 s', (seed) => {
  const simulator = simulate({ seed, nodes: 30, formed: false, seeds: 3 });
  simulator.checkers.push(never(['suspect', 'dead', 'left'], () => true));
  simulator.run(500);
  for (const node of simulator.nodes) expect(node.protocol.members().length, `node ${node.index}`).toBe(29);
  simulator.run(10_000);
  expect(converged(simulator)).toBe(true);
}, 10);

forEverySeed('random faults: once they end, everyone agrees on who lives', (seed) => {
  const simulator = simulate({ seed, nodes: 10, seeds: 3, network: { loss: 0.05, jitterMs: 20, duplication: 0.05 }, clockDriftMax: 0.05 });
  const { random } = simulator;
  const someone = () => simulator.node(Math.floor(random() * 10));
  for (let atMs = 1_000; atMs < 40_000; atMs += 1_500) {
    simulator.at(atMs + 1_000 * random(), () => {
      const node = someone();
      const lot = random();
      if (lot < 0.2) simulator.stop(node);
      else if (lot < 0.35) simulator.resume(node);
      else if (lot < 0.5 && node.state === 'running') simulator.kill(node, random() < 0.5 ? 'gone' : 'silent');
      else if (lot < 0.65 && (node.state === 'gone' || node.state === 'silent')) simulator.restart(node);
      else if (lot < 0.8) simulator.network.cut(node.index, someone().index);
      else if (lot < 0.9) simulator.network.heal();
      else if (node.state === 'running') simulator.call(node, (protocol, now) => protocol.setPayload(now, new Uint8Array([atMs & 255])));
    });
  }
  simulator.run(45_000);
  simulator.network.heal();
  simulator.network.options = { ...simulator.network.options, loss: 0, duplication: 0 };
  for (const node of simulator.nodes) simulator.resume(node);
  simulator.run(45_000 + 120_000);
  expect(converged(simulator), running(simulator).map((node) => `${node.index}: ${node.protocol.stats().groupSize}`).join(', ')).toBe(true);
});
