/**
 * N nodes whose links can be cut, one direction at a time. Two ways to have them, one interface, so that the same
 * scenario runs on both: network namespaces (root), or programs on loopback whose links are proxies.
 */
import type { Command, LabProcess } from './process.ts';

/** What one direction of a link does; both directions of a pair make a whole cut. */
export type LinkFault = {
  readonly from: string;
  readonly to: string;
  /** `drop`: nobody is told. `reset`: TCP connections end with an RST. `loss`: this share of packets is dropped. `delay`: each is late by `ms`, and by up to `jitterMs` more. */
  readonly kind: 'drop' | 'reset' | 'loss' | 'delay';
  readonly share?: number;
  readonly ms?: number;
  readonly jitterMs?: number;
};

export interface Lab {
  readonly kind: 'namespaces' | 'proxies';
  readonly nodes: readonly string[];
  /** What a program on a node listens on. */
  address(node: string): string;
  /** Free on that node. */
  port(node: string): Promise<number>;
  /** Where a program on `from` finds a port of `to`. Made once, before faults; the same link always has the same answer. */
  link(from: string, to: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Where everybody finds a port of a node, for programs that tell others their address; with `udp` datagrams, too. Made before it is used. */
  door(node: string, port: number, options?: { readonly udp?: boolean }): Promise<{ readonly host: string; readonly port: number }>;
  /** All faults of all links from now on; what is not named is whole. Resolves when it holds, with how long that took. */
  faults(faults: readonly LinkFault[]): Promise<{ readonly tookMs: number }>;
  run(node: string, command: Command): LabProcess;
  /** Of all that runs on a node, also what detached itself from what was started. */
  signal(node: string, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  close(): Promise<void>;
}

/** Tests and the lab itself, outside of all nodes. It reaches each of them, whatever is cut. */
export const outside = 'outside';
