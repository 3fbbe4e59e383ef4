import { CoterieError } from '~/contract/errors.ts';
import type { AgentApi, AgentHandlers } from '~/link/protocol.ts';
import type { z } from 'zod';
import type { Peers } from '~/agent/link/peers.ts';

/** Calls of the agent at a storage, which may be this very agent. */
export const storageCalls = ['shardingStat', 'shardingMap', 'shardingFound', 'shardingMove', 'shardingCancel', 'shardingPin', 'shardingTake', 'shardingDrop'] as const;
export type StorageCallName = (typeof storageCalls)[number];
export type StorageHandlers = Pick<AgentHandlers, StorageCallName>;

export type StorageCall = <N extends StorageCallName>(instance: string, name: N, input: z.output<AgentApi[N]['input']>, timeoutMs: number) => Promise<z.output<AgentApi[N]['output']>>;

export function storageCall({ uuid, own, peers }: { readonly uuid: string; readonly own: StorageHandlers; readonly peers: Peers }): StorageCall {
  return async (instance, name, input, timeoutMs) => {
    // Name, input and output belong together, which a lookup by a type parameter does not express.
    if (instance === uuid) return inTime((own[name] as (given: unknown) => Promise<never>)(input), timeoutMs);
    return (peers.reach(instance)[name] as (given: unknown, options: { timeoutMs: number }) => Promise<never>)(input, { timeoutMs });
  };
}

function inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CoterieError('TIMED_OUT', `It did not answer within ${timeoutMs} ms.`)), timeoutMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
