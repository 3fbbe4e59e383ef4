/**
 * A scenario, as data: nodes, faults on a timeline, a workload and what must hold afterwards. One seed, one scenario.
 * Who is hit may be named by a role that is looked up when the fault begins: who is master then is nobody's plan.
 */
import type { LinkFault } from '../lab/lab.ts';
import type { WorkloadName } from '../workloads/workload.ts';

/** A node's name, or a role that the system under test resolves: `master`, `replica`, ... */
export type Who = string;

/** `both` directions, only what it sends (`out`) or only what it is sent (`in`). */
export type Direction = 'both' | 'out' | 'in';

export type FaultKind =
  /** `program`: one of the system's, or `all` that runs there. Started again at the end of the fault. */
  | { readonly kind: 'kill'; readonly node: Who; readonly program: string }
  | { readonly kind: 'pause'; readonly node: Who; readonly program: string }
  /** In good order (SIGTERM to the program that starts the others), and started again at the end of it. */
  | { readonly kind: 'stop'; readonly node: Who }
  /** Between one node and another. */
  | { readonly kind: 'cut'; readonly node: Who; readonly other: Who; readonly direction: Direction }
  /** From all others. */
  | { readonly kind: 'isolate'; readonly node: Who; readonly direction: Direction }
  /** Sides that do not hear each other; who is on none of them hears all, which makes a bridge. */
  | { readonly kind: 'split'; readonly sides: readonly (readonly Who[])[] }
  | { readonly kind: 'loss'; readonly node: Who; readonly share: number }
  /** All packets of its links, both ways, late by `ms`, and by up to `jitterMs` more: they may overtake. */
  | { readonly kind: 'delay'; readonly node: Who; readonly ms: number; readonly jitterMs: number }
  | { readonly kind: 'reset'; readonly node: Who }
  /** The disk of the node's data is full. */
  | { readonly kind: 'full'; readonly node: Who }
  /** Everything of the system killed at once, and started again at the end of the fault. */
  | { readonly kind: 'blackout' }
  /** No fault, but what people do meanwhile: the master of the system is to be that node, in good order. */
  | { readonly kind: 'switch'; readonly node: Who }
  /** The same: another configuration is committed. */
  | { readonly kind: 'apply' }
  /** The same: the replicaset of that node is to have no buckets, and all others share them. */
  | { readonly kind: 'drain'; readonly node: Who };

/** In ms after the workload began. */
export type Fault = FaultKind & { readonly beginMs: number; readonly endMs: number };

/**
 * `set`: nothing acknowledged is lost. `kept`: what is lost was put aside, all of it. `writable`: never two masters, by
 * the instances' records and by who let a probe write. `copies`: all have the same when all is quiet. `shards`: buckets
 * have one owner each, and its rows are what clients were told. `told`: they were told nothing that they cannot go by.
 */
export type CheckName = 'shards' | 'told' | 'set' | 'kept' | 'registers' | 'counter' | 'bank' | 'writable' | 'copies' | 'noFailover';

export type Scenario = {
  readonly name: string;
  readonly seed: number;
  readonly nodes: readonly string[];
  readonly faults: readonly Fault[];
  readonly workload: {
    readonly name: WorkloadName;
    /** Each has a client process; faults of programs on other nodes leave it alone. */
    readonly clients: readonly string[];
    readonly workers: number;
    /** Operations in a second of each client process; 0: as fast as answers come. */
    readonly rate: number;
  };
  readonly checks: readonly CheckName[];
  /** Of the workload, faults included. */
  readonly durationMs: number;
};

/** Sentences of what is wrong with it; empty: nothing. */
export function mistakes({ nodes, faults, workload, durationMs }: Scenario, roles: readonly string[]): string[] {
  const known = new Set([...nodes, ...roles]);
  return [
    ...(new Set(nodes).size < nodes.length ? ['two nodes have the same name'] : []),
    ...workload.clients.filter((node) => !nodes.includes(node)).map((node) => `clients are on ${node}, which is no node`),
    ...faults.flatMap((fault, index) => [
      ...(fault.beginMs >= 0 && fault.beginMs < fault.endMs && fault.endMs <= durationMs ? [] : [`fault ${index + 1}: from ${fault.beginMs} to ${fault.endMs} ms is not within 0..${durationMs}`]),
      ...whoOf(fault).filter((who) => !known.has(who)).map((who) => `fault ${index + 1}: there is no ${who}`),
      ...(fault.kind === 'loss' && !(fault.share > 0 && fault.share <= 1) ? [`fault ${index + 1}: a share of ${fault.share}`] : []),
    ]),
  ];
}

export function whoOf(fault: FaultKind): readonly Who[] {
  switch (fault.kind) {
    case 'kill':
    case 'pause':
    case 'stop':
    case 'isolate':
    case 'loss':
    case 'delay':
    case 'reset':
    case 'full':
    case 'switch':
    case 'drain':
      return [fault.node];
    case 'blackout':
    case 'apply':
      return [];
    case 'cut':
      return [fault.node, fault.other];
    case 'split':
      return fault.sides.flat();
  }
}

/** The same fault with names for roles; `resolve` gives a role's node at this moment. */
export function resolved<T extends FaultKind>(fault: T, resolve: (who: Who) => string): T {
  const told: FaultKind = fault;
  switch (told.kind) {
    case 'cut':
      return { ...fault, node: resolve(told.node), other: resolve(told.other) };
    case 'split':
      return { ...fault, sides: told.sides.map((side) => side.map(resolve)) };
    case 'blackout':
    case 'apply':
      return fault;
    case 'kill':
    case 'pause':
    case 'stop':
    case 'isolate':
    case 'loss':
    case 'delay':
    case 'reset':
    case 'full':
    case 'switch':
    case 'drain':
      return { ...fault, node: resolve(told.node) };
  }
}

/** What links do under it, with names for roles. */
export function linksOf(fault: FaultKind, nodes: readonly string[]): LinkFault[] {
  const between = (node: string, other: string, direction: Direction, kind: LinkFault['kind'] = 'drop'): LinkFault[] => [
    ...(direction === 'in' ? [] : [{ from: node, to: other, kind }]),
    ...(direction === 'out' ? [] : [{ from: other, to: node, kind }]),
  ];
  const others = (node: string) => nodes.filter((other) => other !== node);
  switch (fault.kind) {
    case 'kill':
    case 'pause':
    case 'stop':
    case 'full':
    case 'blackout':
    case 'switch':
    case 'apply':
    case 'drain':
      return [];
    case 'cut':
      return between(fault.node, fault.other, fault.direction);
    case 'isolate':
      return others(fault.node).flatMap((other) => between(fault.node, other, fault.direction));
    case 'reset':
      return others(fault.node).flatMap((other) => between(fault.node, other, 'both', 'reset'));
    case 'delay':
      return others(fault.node).flatMap((other) => between(fault.node, other, 'both', 'delay').map((link) => ({ ...link, ms: fault.ms, jitterMs: fault.jitterMs })));
    case 'loss':
      return others(fault.node).flatMap((other) => between(fault.node, other, 'both', 'loss').map((link) => ({ ...link, share: fault.share })));
    case 'split':
      return fault.sides.flatMap((side, index) => fault.sides.slice(index + 1).flatMap((across) => side.flatMap((node) => across.flatMap((other) => between(node, other, 'both')))));
  }
}
