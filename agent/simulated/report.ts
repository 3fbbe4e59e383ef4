import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { AgentStatus, DatabaseStatus, ReplicationLink } from '~/contract/shapes/status.ts';
import { membersOf } from '~/core/topology/master.ts';
import { figuresAt, type Figures } from './figures.ts';
import type { Troubles } from './faults.ts';
import { idOf, type Leadership } from './leadership.ts';

/** What a simulated Tarantool says of itself. */

const gib = 1024 ** 3;
const diskBytes = 200 * gib;

export type ReportParts = {
  readonly uuid: string;
  readonly index: number;
  /** Of its counters and processes. */
  readonly since: number;
  readonly group: number;
  readonly config: ClusterConfig;
  readonly replicaset: string;
  readonly leadership: Leadership;
  readonly troubles: Troubles;
  readonly ready: boolean;
};

export function databaseOf(parts: ReportParts, now: number): DatabaseStatus {
  const { uuid, index, since, group, config, replicaset, leadership, troubles, ready } = parts;
  const leads = ready && leadership.leads(replicaset, uuid);
  const figures = figuresAt({ seed: index, group, since }, now, leads);
  const lagSeconds = troubles.lagSeconds ?? figures.lagSeconds;
  const vclock = leadership.vclock(replicaset, leads ? now : now - 1000 * lagSeconds);
  const id = idOf(config, replicaset, uuid);
  return {
    process: { pid: 20_000 + index, rssBytes: figures.rssBytes, cpuRatio: figures.cpuRatio, startedAt: since },
    version: '2.6.0-0-g47aa4e01e',
    status: ready ? 'running' : 'loading',
    readOnly: !(leads || (ready && config.replicasets[replicaset]?.allRw === true)),
    instanceUuid: uuid,
    replicasetUuid: replicaset,
    id,
    lsn: vclock[id] ?? 0,
    vclock,
    listen: config.instances[uuid]?.uri ?? null,
    replication: membersOf(config, replicaset).map((peer) => linkTo(peer, { ...parts, leads, lagSeconds, vclock }, now)),
    slab: slabOf(figures, troubles),
    stat: { ...figures.requests },
    net: netOf(figures, index),
    takenAt: now,
    memory: { cache: 0, data: figures.quotaBytes * figures.usedRatio * 0.8, tx: 0, lua: 4_000_000, net: 1_200_000, index: figures.quotaBytes * figures.usedRatio * 0.15 },
  };
}

function netOf({ requests }: Figures, index: number): DatabaseStatus['net'] {
  const total = Object.values(requests).reduce((sum, kind) => sum + kind.total, 0);
  const rps = Object.values(requests).reduce((sum, kind) => sum + kind.rps, 0);
  return { connections: 8 + (index % 24), requestsInProgress: Math.round(rps / 700), requests: total, sentBytes: total * 180, receivedBytes: total * 95 };
}

type Linking = ReportParts & { readonly leads: boolean; readonly lagSeconds: number; readonly vclock: Record<string, number> };

function linkTo(peer: string, { uuid, config, replicaset, leadership, troubles, leads, lagSeconds, vclock }: Linking, now: number): ReplicationLink {
  const id = idOf(config, replicaset, peer);
  if (peer === uuid) return { id, uuid: peer, upstream: null, downstream: null };
  const address = config.instances[peer]?.uri ?? null;
  if (leadership.find(peer)?.isUp !== true) {
    const message = `connect to ${address}: Connection refused`;
    return { id, uuid: peer, upstream: { status: 'disconnected', peer: address, lagSeconds: null, idleSeconds: 5, message }, downstream: { status: 'stopped', vclock: {}, message } };
  }
  const broken = troubles.replication !== null && leadership.leads(replicaset, peer);
  return {
    id,
    uuid: peer,
    upstream: { status: broken ? 'stopped' : 'follow', peer: address, lagSeconds: leads ? 0.0003 : lagSeconds, idleSeconds: ((now + 137 * id) % 1000) / 1000, message: broken ? troubles.replication : null },
    downstream: { status: 'follow', vclock, message: null },
  };
}

/** Slabs come in pages: what is in use grows by 64 KiB. */
const page = 65_536;

function slabOf({ quotaBytes, usedRatio }: Figures, troubles: Troubles): DatabaseStatus['slab'] {
  const share = troubles.usedRatio ?? usedRatio;
  const paged = (bytes: number) => Math.floor(bytes / page) * page;
  const quotaUsedBytes = paged(quotaBytes * Math.min(1, share * 1.05));
  const arenaUsedBytes = paged(quotaBytes * share);
  const itemsUsedBytes = paged(quotaBytes * share * 0.95);
  const ratio = (used: number, of: number) => (of === 0 ? 0 : Math.min(1, used / of));
  return {
    quotaBytes, quotaUsedBytes, arenaBytes: quotaUsedBytes, arenaUsedBytes, itemsBytes: arenaUsedBytes, itemsUsedBytes,
    quotaUsedRatio: ratio(quotaUsedBytes, quotaBytes), arenaUsedRatio: ratio(arenaUsedBytes, quotaUsedBytes), itemsUsedRatio: ratio(itemsUsedBytes, arenaUsedBytes),
  };
}

/** Of the host and the agent, not of the database. */
export const hostOf = ({ index, since }: { index: number; since: number }, { diskFreeRatio }: Troubles): Pick<AgentStatus, 'process' | 'disk'> => ({
  process: { pid: 10_000 + index, rssBytes: 66_000_000 + 40_000 * (index % 50), cpuRatio: 0.004 + 0.0001 * (index % 30), startedAt: since },
  disk: { totalBytes: diskBytes, freeBytes: Math.round(diskBytes * (diskFreeRatio ?? 0.4 + 0.01 * (index % 40))) },
});
