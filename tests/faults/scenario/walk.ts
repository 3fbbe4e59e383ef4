/** A random walk: rounds of one to three faults at once, each round followed by a time in which all is whole. One seed, one walk. */
import { seeded } from '../random.ts';
import type { Direction, Fault, FaultKind } from './format.ts';

export type WalkOptions = {
  readonly seed: number;
  /** Those that may be hit, by name or role. */
  readonly targets: readonly string[];
  /** By their names alone: what splits and other ends of links are drawn from. */
  readonly nodes: readonly string[];
  /** Who may be made master. */
  readonly electable: readonly string[];
  /** What can be killed and paused there, besides `all`. */
  readonly programs: readonly string[];
  readonly kinds: readonly FaultKind['kind'][];
  readonly durationMs: number;
  readonly faultMs: readonly [least: number, most: number];
  /** After each round, and at the end: time to come back. */
  readonly quietMs: number;
};

/** What every system can be put under; the others only those that offer them. */
export const walkKinds: readonly FaultKind['kind'][] = ['kill', 'pause', 'cut', 'isolate', 'split', 'loss', 'delay', 'reset', 'blackout'];

const atOnceMax = 3;

export function walk({ seed, targets, nodes, electable, programs, kinds, durationMs, faultMs: [least, most], quietMs }: WalkOptions): Fault[] {
  if (nodes.length < 2) throw new Error('a walk needs two nodes at least');
  const random = seeded(seed);
  const below = (end: number) => Math.floor(random() * end);
  const one = <T>(of: readonly T[]): T => of[below(of.length)]!;
  const direction = (): Direction => one(['both', 'both', 'out', 'in']);
  const draw = (kind: FaultKind['kind']): FaultKind => {
    const node = one(targets);
    switch (kind) {
      case 'kill':
      case 'pause':
        return { kind, node, program: one(['all', ...programs]) };
      case 'cut':
        return { kind, node, other: one(nodes.filter((other) => other !== node)), direction: direction() };
      case 'isolate':
        return { kind, node, direction: direction() };
      case 'split': {
        const shuffled = nodes.map((target) => ({ target, at: random() })).toSorted((a, b) => a.at - b.at).map(({ target }) => target);
        const middle = 1 + below(shuffled.length - 1);
        return { kind, sides: [shuffled.slice(0, middle), shuffled.slice(middle)] };
      }
      case 'loss':
        return { kind, node, share: one([0.01, 0.05, 0.1, 0.3]) };
      case 'delay':
        return { kind, node, ms: one([1, 10, 50, 200]), jitterMs: one([0, 5, 100]) };
      case 'reset':
      case 'stop':
      case 'full':
        return { kind, node };
      case 'switch':
      case 'drain':
        return { kind, node: one(electable) };
      case 'blackout':
      case 'apply':
        return { kind };
    }
  };
  const faults: Fault[] = [];
  for (let at = quietMs; at + least + quietMs <= durationMs; ) {
    const roundMs = Math.min(least + below(most - least + 1), durationMs - quietMs - at);
    const atOnce = 1 + below(atOnceMax);
    for (let index = 0; index < atOnce; index += 1) {
      // The first lasts for all of the round; the others begin and end somewhere in it.
      const beginMs = index === 0 ? at : at + below(Math.max(roundMs - 1, 1));
      const endMs = index === 0 ? at + roundMs : beginMs + 1 + below(at + roundMs - beginMs);
      faults.push({ ...draw(one(kinds)), beginMs, endMs });
    }
    at += roundMs + quietMs;
  }
  return faults.toSorted((a, b) => a.beginMs - b.beginMs);
}
