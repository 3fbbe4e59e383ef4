import { CoterieError } from '~/contract/errors.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { RouterStatus } from '~/contract/shapes/router.ts';
import { byObject } from '~/core/roles/memo.ts';
import { routerOf } from '~/core/topology/router-settings.ts';
import type { AgentHandlers } from '~/link/protocol.ts';
import type { Failover } from '~/agent/failover/failover.ts';
import { Soon } from '~/agent/lifecycle/soon.ts';
import type { Peers } from '~/agent/link/peers.ts';
import { openLogger, type Logger } from '~/agent/logs/logger.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { Sampler } from '~/agent/status/sampler.ts';
import { storageNews } from './answers.ts';
import { RouterKeeper } from './keeper.ts';
import { Leaders } from './leaders.ts';
import { processSettings } from './settings.ts';
import { Storages } from './storages.ts';
import { newestLeader, topologyFor } from './topology.ts';

/** The router of an agent with all that it needs, and what the agent tells the routers of others. */
export type AgentRouterParts = {
  readonly supervisor: Supervisor;
  readonly sampler: Sampler;
  readonly peers: Peers;
  readonly failover: Failover;
  readonly config: () => ClusterConfig | null;
  readonly name: () => string;
  readonly onChange: () => void;
  readonly log: Logger;
  readonly now: () => number;
};

export type AgentRouterOptions = {
  readonly uuid: string;
  readonly password: string;
  /** Seals users on their way. */
  readonly key: Uint8Array;
  /** The program; null: this agent has none. */
  readonly file: string | null;
  readonly logFile: string;
};

export type RouterHandlers = Pick<AgentHandlers, 'routed' | 'routerRestart'>;
export type AgentRouter = {
  readonly handlers: RouterHandlers;
  status(): RouterStatus | null;
  /** The configuration is another one. */
  configure(): void;
  /** Each second. */
  tick(): void;
  /** Resolves when it has finished what was under way. */
  end(): Promise<void>;
};

/** Several words come at once when a master changes. */
const lookAfterMs = 2;
/** So long a router that starts waits for the users of the storages: without them nobody could log in. */
const usersWaitMs = 3000;

export function openRouter({ supervisor, sampler, peers, failover, config, name, onChange, log, now }: AgentRouterParts, { uuid, password, key, file, logFile }: AgentRouterOptions): AgentRouter {
  const replicasetOf = () => config()?.instances[uuid]?.replicaset ?? null;
  const leaderHere = () => {
    const state = failover.member?.state().records.state?.value;
    return state ? { master: state.master, epoch: state.epoch } : null;
  };
  const answers = { uuid, name, replicaset: replicasetOf, control: supervisor, database: () => (sampler.database?.configured === true ? sampler.database : null), leader: leaderHere, key };
  const looking = new Soon(() => look(), lookAfterMs);
  const settingsIn = byObject((current: ClusterConfig) => ({ settings: processSettings(current, uuid, password) }));
  const onNews = () => looking.poke();
  const storages = new Storages({ ask: async (instance, input, timeoutMs) => (instance === uuid ? storageNews(answers, input) : peers.reach(instance).routed(input, { timeoutMs })), now, onNews, key });
  const leaders = new Leaders({ onNews });
  let routerLog: Logger | null = null;
  let wantedSince: number | null = null;
  let ended = false;
  const keeper = file === null ? null : new RouterKeeper({ log, routerLog: () => (routerLog ??= openLogger(logFile, { level: 'info', name: 'router', now, stderr: false })), now, onChange }, { file });

  /** Who writes by gossip: where masters are not appointed nobody else says so. */
  const writerOf = (replicaset: string) => {
    const writer = peers.all().find(({ state, payload }) => payload.replicaset === replicaset && payload.readOnly === false && state !== 'dead' && state !== 'left');
    return writer ? { master: writer.uuid, epoch: 0 } : null;
  };

  function look(): void {
    const current = config();
    const settings = ended || current === null ? null : settingsIn(current).settings;
    leaders.follow(settings === null ? null : failover.link);
    if (settings === null || current === null) {
      wantedSince = null;
      return void keeper?.want(null);
    }
    wantedSince ??= now();
    if (keeper?.running === false && !storages.complete && now() - wantedSince < usersWaitMs) return;
    const topology = topologyFor(current, settings.group, { leaderOf: (replicaset) => newestLeader([leaders.of(replicaset), storages.leaderOf(replicaset), writerOf(replicaset)]), lagOf: (instance) => storages.lagOf(instance) });
    keeper?.want({ settings, topology, users: storages.agreed.users });
  }

  let before: { readonly group: string; readonly listen: string; readonly address: string } | null = null;
  const place = () => {
    const current = config();
    const now = current && routerOf(current, uuid);
    if (now !== null) before = now;
    return now;
  };
  const ask = () => {
    const current = config();
    const own = place();
    if (current && own) storages.look(current, own.group);
  };

  return {
    handlers: {
      routed: (input) => storageNews(answers, input),
      routerRestart: async () => {
        if (place() === null || keeper === null) throw new CoterieError('CONFLICT', `${name()} has no router: its replicaset has no role router, or it is disabled.`);
        keeper.replace('somebody asked for it');
        return { sentence: `${name()} replaces its router; what is under way is finished.` };
      },
    },
    status: () => {
      const own = place();
      // One that is not wanted any more is told of until it has ended.
      const shown = own ?? (keeper?.status.state === 'draining' ? before : null);
      if (shown === null) return null;
      const { group, listen, address } = shown;
      const users = { users: Object.keys(storages.agreed.users).length, usersThatDiffer: storages.agreed.differ };
      if (keeper === null) return { group, listen, address, ...users, ...without, reason: 'This agent was built without a router.' };
      const { reason, ...status } = keeper.status;
      const waits = status.state === 'down' && reason === null;
      return { group, listen, address, ...users, ...status, state: waits ? 'starting' : status.state, reason: waits ? 'It waits for the users of the storages.' : reason };
    },
    configure: () => {
      ask();
      look();
    },
    tick: () => {
      ask();
      keeper?.tick();
      look();
    },
    end: async () => {
      ended = true;
      looking.end();
      leaders.follow(null);
      await keeper?.end();
    },
  };
}

const without = { state: 'down', pid: null, startedAt: null, restarts: { count: 0, crashLoop: false, lastExitAt: null, lastExit: null, nextStartAt: null }, replaced: 0, figures: null } as const;
