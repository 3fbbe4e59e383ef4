import { CoterieError } from '~/contract/errors.ts';
import type { AgentHandlers } from '~/link/protocol.ts';
import type { ConfigKeeper } from '~/agent/config/keeper.ts';
import type { Gossip } from '~/agent/gossip.ts';
import type { Operations } from '~/agent/operations.ts';
import { followLogs, readLogs, type LogFiles } from '~/agent/logs/read.ts';
import type { StatusFeed } from '~/agent/status/feed.ts';

/** What servers and peers may call, each handed to the part that does it. */
export type HandlerParts = {
  readonly uuid: string;
  readonly keeper: ConfigKeeper;
  readonly gossip: Gossip;
  readonly operations: Operations;
  readonly feed: StatusFeed;
  readonly logs: LogFiles;
  readonly now: () => number;
};

export function handlersOf({ uuid, keeper, gossip, operations, feed, logs, now }: HandlerParts): AgentHandlers {
  return {
    status: (_input, signal) => feed.follow(signal),
    ping: async () => ({ uuid, at: now() }),
    prepare: (input) => keeper.prepare(input),
    commit: (input) => keeper.commit(input),
    abort: ({ runId }) => keeper.abort(runId),
    adopt: ({ committed, waitMs }) => keeper.adopt(committed, waitMs),
    config: async () => keeper.state.committed,
    outcome: async ({ runId }) => keeper.outcomeOf(runId),
    fence: (input) => operations.fence(input),
    logs: async (input) => readLogs(logs, input),
    followLogs: (input, signal) => followLogs(logs, input, signal),
    restart: () => operations.restart(),
    stop: () => operations.stop(),
    start: () => operations.start(),
    rebuild: () => operations.rebuild(),
    restartReplication: () => operations.restartReplication(),
    eval: (input) => operations.eval(input),
    boxCfg: () => operations.boxCfg(),
    spaces: (input) => operations.spaces(input),
    gossip: async () => {
      const [table, stats] = await Promise.all([gossip.table(), gossip.stats()]);
      const members = table.map(({ bytes, payload: _payload, ...row }) => ({ ...row, payload: Buffer.from(bytes).toString('base64') }));
      return { members, stats };
    },
    keyring: async ({ action, id, key }) => {
      switch (action) {
        case 'list':
          break;
        case 'install':
          await gossip.keyring.install(keyOf(key));
          break;
        case 'use':
          await gossip.keyring.use(given(id));
          break;
        case 'remove':
          await gossip.keyring.remove(given(id));
          break;
      }
      return { keys: [...(await gossip.keyring.list())] };
    },
  };
}

const keyBytes = 32;

function keyOf(text: string | undefined): Uint8Array {
  const key = new Uint8Array(Buffer.from(given(text), 'base64'));
  if (key.length !== keyBytes) throw new CoterieError('BAD_INPUT', `A gossip key is ${keyBytes} bytes in base64; this one has ${key.length}.`);
  return key;
}

function given(value: string | undefined): string {
  if (value === undefined) throw new CoterieError('BAD_INPUT', 'The id or the key is missing.');
  return value;
}
