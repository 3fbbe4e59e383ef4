import { CoterieError } from '~/contract/errors.ts';
import type { AgentHandlers } from '~/link/protocol.ts';
import type { StorageCallName } from './calls.ts';

/** What an agent answers about sharding whose instance keeps no buckets, and which appoints nobody. */
export type ShardingHandlers = Pick<AgentHandlers, StorageCallName | 'shardingView' | 'shardingDoctor' | 'shardingCommand'>;

export function withoutSharding(name: () => string): ShardingHandlers {
  const refuse = async (): Promise<never> => {
    throw new CoterieError('CONFLICT', `${name()} takes no part in sharding.`);
  };
  return {
    shardingStat: refuse, shardingMap: refuse, shardingFound: refuse, shardingMove: refuse, shardingCancel: refuse, shardingPin: refuse, shardingTake: refuse, shardingDrop: refuse,
    shardingView: refuse, shardingDoctor: refuse, shardingCommand: refuse,
  };
}
