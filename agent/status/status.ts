import type { z } from 'zod';
import type { AgentStatus, DatabaseStatus, ProcessStatus } from '~/contract/shapes/status.ts';
import type { GossipPayload } from '~/link/gossip-payload.ts';
import type { ParticipantState } from '~/core/apply/participant-state.ts';
import { lockEnd } from '~/core/apply/participant-state.ts';
import type { Decision } from '~/agent/lifecycle/facts.ts';
import type { Restarts } from '~/agent/process/restarts.ts';
import type { Sample, Unconfigured } from './sampler.ts';

/** Puts the status together from what its parts say. Nothing is measured or decided here. */
export type StatusParts = {
  readonly self: { uuid: string; alias: string; uri: string; http: string; gossip: string; zone: string | null; agentVersion: string };
  readonly at: number;
  readonly decision: Decision;
  readonly stack: string | null;
  readonly participant: ParticipantState;
  readonly process: z.output<typeof ProcessStatus>;
  readonly databaseProcess: z.output<typeof ProcessStatus> | null;
  readonly sample: Sample | Unconfigured | null;
  readonly restarts: Restarts;
  readonly disk: { totalBytes: number; freeBytes: number };
  readonly gossipStats: AgentStatus['gossipStats'] | null;
  readonly gossipDown: string | null;
  readonly gossipKeys: AgentStatus['gossipKeys'] | null;
  readonly failover: AgentStatus['failover'] | null;
  readonly sharding: AgentStatus['sharding'] | null;
  readonly router: AgentStatus['router'] | null;
  readonly roles: AgentStatus['roles'] | null;
};

export function statusOf(parts: StatusParts): AgentStatus {
  const { self, at, decision, participant, restarts } = parts;
  const { committed, candidate } = participant;
  return {
    ...self,
    at,
    state: decision.state,
    goal: decision.goal,
    reason: decision.reason ?? participant.conflict?.sentence ?? null,
    stack: parts.stack,
    config: committed && { version: committed.meta.version, hash: committed.meta.hash },
    appliedVersion: participant.appliedVersion,
    candidate: candidate && { runId: candidate.runId, version: candidate.content.meta.version, owner: candidate.owner, expiresAt: lockEnd(candidate) },
    process: parts.process,
    database: databaseOf(parts),
    restarts: { count: restarts.count, crashLoop: restarts.crashLoop(at), lastExitAt: restarts.lastExitAt, lastExit: restarts.lastExit, nextStartAt: restarts.nextStartAt },
    disk: parts.disk,
    ...(parts.gossipStats && { gossipStats: parts.gossipStats }),
    ...(parts.gossipDown !== null && { gossipDown: parts.gossipDown }),
    ...(parts.gossipKeys && { gossipKeys: parts.gossipKeys }),
    ...(parts.failover && { failover: parts.failover }),
    ...(parts.sharding && { sharding: parts.sharding }),
    ...(parts.router && { router: parts.router }),
    ...(parts.roles && { roles: parts.roles }),
  };
}

function databaseOf({ databaseProcess, sample }: StatusParts): DatabaseStatus | null {
  if (databaseProcess === null) return null;
  if (sample?.configured === true) {
    const { configured: _configured, peers: _peers, roles: _roles, buckets: _buckets, ...database } = sample;
    return { ...database, process: databaseProcess };
  }
  return { ...blank, process: databaseProcess, status: sample?.status ?? 'unknown', version: sample?.version ?? '' };
}

/** A process without box.cfg, or one that does not answer. */
const blank = {
  readOnly: true,
  instanceUuid: null,
  replicasetUuid: null,
  id: 0,
  lsn: 0,
  vclock: {},
  listen: null,
  replication: [],
  slab: { quotaBytes: 0, quotaUsedBytes: 0, arenaBytes: 0, arenaUsedBytes: 0, itemsBytes: 0, itemsUsedBytes: 0, quotaUsedRatio: 0, arenaUsedRatio: 0, itemsUsedRatio: 0 },
  stat: {},
  memory: {},
};

const hashDigits = 16;

export function payloadOf(parts: Pick<StatusParts, 'self' | 'decision' | 'participant' | 'sample'>, replicaset: string | null): Extract<GossipPayload, { kind: 'agent' }> {
  const { self, decision, participant, sample } = parts;
  const { committed } = participant;
  return {
    kind: 'agent',
    alias: self.alias,
    uri: self.uri,
    http: self.http,
    zone: self.zone,
    state: decision.state,
    config: committed && { version: committed.meta.version, hash: committed.meta.hash.slice(0, hashDigits) },
    replicaset,
    readOnly: sample?.configured === true ? sample.readOnly : null,
  };
}
