/** Scenarios over many seeds, and what must hold at every step of them. */

import { test } from 'vitest';
import { profiles, type Config, type ProfileName } from '~/swim/protocol/config.ts';
import { compareIncarnation } from '~/swim/protocol/incarnation.ts';
import type { Incarnation, Status } from '~/swim/protocol/message.ts';
import type { SimulatedNode } from '~/swim/simulator/node.ts';
import { Simulator, type Checker, type Observation, type SimulatorOptions } from '~/swim/simulator/simulator.ts';

export const seedsCount = Number(process.env['SEEDS'] ?? 10);

/** Names the seed in the failure, so that `SEED=n` replays just that history. */
export function forEverySeed(name: string, check: (seed: number) => void, count = seedsCount): void {
  const only = process.env['SEED'];
  const seeds = only === undefined ? Array.from({ length: count }, (_, seed) => seed) : [Number(only)];
  test(name, () => {
    for (const seed of seeds) {
      try {
        check(seed);
      } catch (cause) {
        throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
    }
  }, Math.max(120_000, count * 6_000));
}

export type Scenario = Partial<SimulatorOptions> & { readonly seed: number; readonly profile?: ProfileName; readonly tuned?: Partial<Config> };

/** Incarnations are watched in every scenario. */
export function simulate({ profile = 'fast', tuned, ...options }: Scenario): Simulator {
  const simulator = new Simulator({ nodes: 8, formed: true, config: { ...profiles[profile], ...tuned }, ...options });
  simulator.checkers.push(incarnationsOnlyGrow());
  return simulator;
}

/** What one observer knows of one member never goes back, at any step. */
export function incarnationsOnlyGrow(): Checker {
  const seen = new Map<string, Incarnation>();
  const digests = new Map<string, bigint>();
  return {
    stepped: (node, atMs) => {
      // An incarnation cannot change without the digest of the table.
      const digest = node.protocol.digest();
      if (digests.get(node.uuid) === digest) return;
      digests.set(node.uuid, digest);
      for (const { uuid, incarnation } of [node.protocol.self(), ...node.protocol.members()]) {
        const key = `${node.index}.${node.life}:${uuid}`;
        const before = seen.get(key);
        if (before !== undefined && compareIncarnation(incarnation, before) < 0) throw new Error(`${atMs} ms: ${key} went back to ${incarnation.generation}.${incarnation.version}`);
        seen.set(key, incarnation);
      }
    },
  };
}

/** Fails at the first such event about a member for which `innocent` holds. */
export function never(kinds: readonly string[], innocent: (uuid: string, atMs: number) => boolean): Checker {
  return {
    observed: ({ atMs, by, event }) => {
      if (kinds.includes(event.kind) && innocent(event.member.uuid, atMs)) throw new Error(`${atMs} ms: node ${by.index} saw ${event.kind} of ${event.member.uuid}`);
    },
  };
}

export function record(simulator: Simulator): Observation[] {
  const observations: Observation[] = [];
  simulator.checkers.push({ observed: (observation) => observations.push(observation) });
  return observations;
}

export function believed(by: SimulatedNode, about: SimulatedNode): Status | 'unknown' {
  return by.protocol.members().find((member) => member.uuid === about.uuid)?.status ?? 'unknown';
}

export function running(simulator: Simulator): SimulatedNode[] {
  return simulator.nodes.filter((node) => node.state === 'running');
}

/** Every running member believes every other running one alive, and its table equals theirs. */
export function converged(simulator: Simulator): boolean {
  const nodes = running(simulator);
  const digests = new Set(nodes.map((node) => node.protocol.digest()));
  return digests.size === 1 && nodes.every((by) => by.protocol.stats().groupSize === nodes.length);
}

/** A short text of everything that was seen, to compare two runs. */
export function history(observations: readonly Observation[]): string {
  return observations.map(({ atMs, by, event }) => `${atMs} ${by.index} ${event.kind} ${event.member.uuid} ${event.member.incarnation.version}`).join('\n');
}
