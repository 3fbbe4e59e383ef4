import { join } from 'node:path';
import type { Memory } from '~/agent/data/memory.ts';
import type { Settings } from '~/agent/settings/resolve.ts';
import type { ClusterKeys } from '~/link/keys.ts';
import { Failover, type FailoverParts } from './failover.ts';
import { failoverHandlers } from './handlers.ts';
import { HostHook } from './host-hook.ts';
import { LostFound } from './lost-found.ts';
import { lostRowsHandlers } from './lost-rows-handlers.ts';
import { MemberDiskFile } from './member-disk.ts';
import type { FailoverHandlers } from './off.ts';
import { tlsOf } from './provider-of.ts';
import { Trail } from './trail.ts';

/** Failover with all that it needs in an agent: made here, and ended in order. */
export type AgentFailoverParts = Omit<FailoverParts, 'trail' | 'disk' | 'host' | 'lostRows'>;

export type AgentFailoverOptions = {
  readonly uuid: string;
  readonly settings: Settings;
  readonly keys: ClusterKeys;
  readonly statePassword: string | null;
  readonly root: string;
  readonly tarantoolFolder: string;
  readonly luaFolder: string;
};

export type AgentFailover = {
  readonly failover: Failover;
  handlers(name: () => string): FailoverHandlers;
  /** Rows that only the files of this stopped instance have. Rejects where they are not safe. */
  saveLostRows(diverged: NonNullable<Memory['diverged']>): Promise<void>;
  /** A save that goes on is broken off: an agent that ends waits for no disk. */
  breakOff(): void;
  stop(): Promise<void>;
};

export function openFailover(parts: AgentFailoverParts, options: AgentFailoverOptions): AgentFailover {
  const { log, now, memory, config } = parts;
  const { uuid, settings, keys, statePassword, root, tarantoolFolder, luaFolder } = options;
  const trail = new Trail({ path: join(root, 'failover.log'), now, warn: (sentence) => log.warn(sentence) });
  const lostFound = new LostFound({ log, now }, { folder: join(root, 'lost-found'), tarantool: settings.tarantool, script: join(luaFolder, 'lost-rows.lua') });
  const host = new HostHook({ log }, settings);
  const failover = new Failover(
    {
      ...parts,
      trail,
      host,
      disk: new MemberDiskFile(join(root, 'promises.json')),
      lostRows: () => lostFound.count,
    },
    {
      uuid,
      identity: keys.stateIdentity,
      access: { stateboardPassword: keys.stateboardPassword, password: statePassword, tls: tlsOf(settings) },
      replicationPassword: keys.replicationPassword,
      tarantoolFolder,
      stonith: settings.stonithCommand !== null,
    },
  );
  return {
    failover,
    handlers: (name) => failoverHandlers({ failover, trail, name, lostRows: lostRowsHandlers({ lostFound, control: parts.supervisor, replicaset: () => config()?.instances[uuid]?.replicaset ?? null, name }) }),
    saveLostRows: async ({ epoch, kept, vclock }) => {
      const replicaset = memory.value.dataOf ?? config()?.instances[uuid]?.replicaset;
      if (replicaset === undefined) throw new Error('Whose rows these are is not known: nothing is moved aside.');
      await lostFound.save({ folder: tarantoolFolder, replicaset, epoch, common: kept, vclock, why: `It had rows that the master of epoch ${epoch} never had.` });
    },
    breakOff: () => lostFound.close(),
    stop: async () => {
      await failover.stop();
      await host.close();
    },
  };
}
