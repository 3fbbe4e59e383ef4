import type { AgentHandlers } from '~/link/protocol.ts';
import { openRing } from '~/link/sealed-ring.ts';
import type { FailoverHandlers } from '~/agent/failover/off.ts';
import type { ConfigKeeper } from '~/agent/config/keeper.ts';
import type { RolesHandlers } from '~/agent/roles/open.ts';
import type { RouterHandlers } from '~/agent/router/open.ts';
import { dataHandlers } from '~/agent/data-calls.ts';
import type { ShardingHandlers } from '~/agent/sharding/off.ts';
import type { Gossip } from '~/agent/gossip.ts';
import type { Operations } from '~/agent/operations.ts';
import { OptimizerPause } from '~/agent/optimizer-pause.ts';
import { followLogs, readLogs, type LogFiles } from '~/agent/logs/read.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { StatusFeed } from '~/agent/status/feed.ts';

/** What servers and peers may call, each handed to the part that does it. */
export type HandlerParts = {
  readonly uuid: string;
  readonly keeper: ConfigKeeper;
  readonly gossip: Gossip;
  readonly operations: Operations;
  readonly feed: StatusFeed;
  readonly failover: FailoverHandlers;
  readonly sharding: ShardingHandlers;
  readonly router: RouterHandlers;
  readonly roles: RolesHandlers;
  readonly supervisor: Supervisor;
  /** Its alias, for people. */
  readonly name: () => string;
  readonly logs: LogFiles;
  /** Opens the key rings that servers send. */
  readonly ringKey: Uint8Array;
  readonly now: () => number;
};

export function handlersOf({ uuid, keeper, gossip, operations, feed, failover, sharding, router, roles, supervisor, name, logs, ringKey, now }: HandlerParts): AgentHandlers {
  const optimizer = new OptimizerPause();
  return {
    ...failover,
    ...sharding,
    ...router,
    ...roles,
    ...dataHandlers({ supervisor, name }),
    status: (_input, signal) => feed.follow(signal),
    ping: async () => ({ uuid, at: now() }),
    prepare: (input) => {
      optimizer.begin();
      return keeper.prepare(input);
    },
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
    takeKeys: async ({ sealed }) => {
      await gossip.keyring.take(openRing(sealed, { key: ringKey, callee: uuid, now: now() }));
      return { keys: [...(await gossip.keyring.list())] };
    },
  };
}
