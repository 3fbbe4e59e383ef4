/** One trial of each thing that is measured: a seed goes in, a number comes out. */

import { profiles, type ProfileName } from '../protocol/config.ts';
import type { SimulatedNode } from './node.ts';
import { Simulator } from './simulator.ts';

export type Trial = { readonly seed: number; readonly nodes: number; readonly profile: ProfileName };

const giveUpMs = 60_000;

/** From the death of one member to the last other one knowing it, in ms. */
export function deathKnown({ seed, nodes, profile }: Trial, how: 'gone' | 'silent'): number {
  const simulator = formed({ seed, nodes, profile });
  simulator.run(profiles[profile].periodMs * (3 * nodes + 10 * simulator.random()));
  const victim = simulator.node(1);
  const knowing = new Set<SimulatedNode>();
  simulator.checkers.push({
    observed: ({ by, event }) => {
      if (event.kind === 'dead' && event.member.uuid === victim.uuid) knowing.add(by);
    },
  });
  const startMs = simulator.now;
  simulator.kill(victim, how);
  simulator.run(startMs + giveUpMs, () => knowing.size === nodes - 1);
  return knowing.size === nodes - 1 ? simulator.now - startMs : Infinity;
}

/** A member stopped for `stoppedMs` and then going on: how many verdicts of death, and accusations by the stopped one. */
export function stoppedOnce({ seed, nodes, profile }: Trial, stoppedMs: number): { deaths: number; accusations: number } {
  const simulator = formed({ seed, nodes, profile });
  const victim = simulator.node(1);
  const counts = { deaths: 0, accusations: 0 };
  simulator.checkers.push({
    observed: ({ event }) => {
      if (event.kind === 'dead') counts.deaths += 1;
    },
  });
  const stopAtMs = profiles[profile].periodMs * (nodes + simulator.random());
  simulator.at(stopAtMs, () => simulator.stop(victim));
  simulator.at(stopAtMs + stoppedMs, () => simulator.resume(victim));
  simulator.run(stopAtMs + stoppedMs + 20_000);
  counts.accusations = victim.protocol.stats().accusations;
  return counts;
}

/** Four members that run 0.25 s and stand still for 8 s, for a minute: suspicions of healthy members, by anybody. */
export function flapping({ seed, nodes, profile }: Trial): number {
  const simulator = formed({ seed, nodes, profile });
  const startMs = 5_000;
  const untilMs = startMs + 60_000;
  const unwell = [3, 9, 17, 25].map((index) => simulator.node(index % nodes));
  const unwellUuids = new Set(unwell.map((node) => node.uuid));
  let wrong = 0;
  simulator.checkers.push({
    observed: ({ event }) => {
      if (event.kind === 'suspect' && !unwellUuids.has(event.member.uuid)) wrong += 1;
    },
  });
  for (const node of unwell) {
    for (let atMs = startMs + 250 * simulator.random(); atMs < untilMs; atMs += 8_250) {
      simulator.at(atMs, () => simulator.stop(node));
      simulator.at(atMs + 8_000, () => simulator.resume(node));
    }
  }
  simulator.run(untilMs);
  return wrong;
}

/** Everyone starts at once and knows three seeds: ms until all know all. */
export function meshed({ seed, nodes, profile }: Trial): number {
  const simulator = new Simulator({ seed, nodes, config: profiles[profile], formed: false, seeds: 3 });
  let joins = 0;
  simulator.checkers.push({
    observed: ({ event }) => {
      if (event.kind === 'join') joins += 1;
    },
  });
  const all = nodes * (nodes - 1);
  simulator.run(giveUpMs, () => joins >= all);
  return joins >= all ? simulator.now : Infinity;
}

/** From a leave to the last other one knowing it, in ms. */
export function leaveKnown({ seed, nodes, profile }: Trial): number {
  const simulator = formed({ seed, nodes, profile });
  simulator.run(5_000);
  let knowing = 0;
  simulator.checkers.push({
    observed: ({ event }) => {
      if (event.kind === 'left') knowing += 1;
    },
  });
  const startMs = simulator.now;
  simulator.call(simulator.node(1), (protocol, now) => protocol.leave(now));
  simulator.run(startMs + giveUpMs, () => knowing === nodes - 1);
  return knowing === nodes - 1 ? simulator.now - startMs : Infinity;
}

/** `changes` members change their payload, one every 100 ms: for each change, the ms until everyone has it. */
export function changesKnown({ seed, nodes, profile }: Trial, options: { loss: number; changes: number }): number[] {
  const simulator = new Simulator({ seed, nodes, config: profiles[profile], formed: true, network: { loss: options.loss } });
  const startMs = 2_000;
  const startedAt = new Map<string, number>();
  const heard = new Map<string, number>();
  const took: number[] = [];
  simulator.checkers.push({
    observed: ({ atMs, event }) => {
      const { uuid } = event.member;
      if (event.kind !== 'payload') return;
      const count = (heard.get(uuid) ?? 0) + 1;
      heard.set(uuid, count);
      if (count === nodes - 1) took.push(atMs - (startedAt.get(uuid) ?? Number.NaN));
    },
  });
  for (let i = 0; i < options.changes; i++) {
    simulator.at(startMs + 100 * i, () => {
      const node = simulator.node(Math.floor(((i + 0.5) * nodes) / options.changes));
      startedAt.set(node.uuid, simulator.now);
      simulator.call(node, (protocol, now) => protocol.setPayload(now, new Uint8Array([i & 255])));
    });
  }
  simulator.run(startMs + giveUpMs, () => took.length === options.changes);
  return took;
}

/** A busy minute of a big group: three deaths and three changes. Says how many datagrams it took. */
export function busyMinute({ seed, nodes, profile }: Trial): number {
  const simulator = formed({ seed, nodes, profile });
  for (let i = 0; i < 6; i++) {
    simulator.at(5_000 + 8_000 * i, () => {
      if (i % 2 === 1) simulator.kill(simulator.node(i), 'gone');
      else simulator.call(simulator.node(i), (protocol, now) => protocol.setPayload(now, new Uint8Array(16)));
    });
  }
  simulator.run(60_000);
  return simulator.datagrams;
}

function formed({ seed, nodes, profile }: Trial): Simulator {
  return new Simulator({ seed, nodes, config: profiles[profile], formed: true });
}
