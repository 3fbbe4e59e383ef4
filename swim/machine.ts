/** Clocks, random numbers and network of the real machine. */

import type { NodeComponents } from './node.ts';
import { inetNetwork } from './transport/inet.ts';

export function machineComponents(): Omit<NodeComponents, 'emit' | 'traffic'> {
  return {
    network: inetNetwork(),
    now: () => performance.now(),
    microseconds: () => BigInt(Date.now()) * 1_000n + BigInt(Math.floor((performance.now() % 1) * 1_000)),
    random: Math.random,
  };
}
