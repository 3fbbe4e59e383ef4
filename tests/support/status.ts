import type { AgentStatus } from '~/contract/shapes/status.ts';
import { uuidOf } from './fixtures.ts';

/** What a well agent with a running Tarantool reports; every figure is different from every other. */
export function statusFixture(at: number, { counted = 0 }: { counted?: number } = {}): AgentStatus {
  const kinds = ['SELECT', 'INSERT', 'REPLACE', 'UPDATE', 'UPSERT', 'DELETE', 'CALL', 'EVAL', 'EXECUTE', 'ERROR', 'AUTH', 'PREPARE'];
  return {
    uuid: uuidOf(1), alias: 's1-1', uri: '127.0.0.1:3301', http: '127.0.0.1:8301', gossip: '127.0.0.1:7301', zone: null, agentVersion: '0.1.0', at,
    state: 'ready', goal: 'ready', reason: null, stack: null, config: null, appliedVersion: 1, candidate: null,
    process: { pid: 10, rssBytes: 80e6, cpuRatio: 0.01, startedAt: 1 },
    database: {
      process: { pid: 11, rssBytes: 90e6, cpuRatio: 0.2, startedAt: 1 }, version: '2.6.0', status: 'running', readOnly: false, instanceUuid: uuidOf(1), replicasetUuid: uuidOf(9), id: 1, lsn: 5,
      vclock: { 1: 100 + counted, 2: 7 }, listen: null,
      replication: [0.004, 0.5, null].map((lagSeconds, index) => ({ id: index + 2, uuid: uuidOf(index + 2), upstream: { status: 'follow', peer: null, lagSeconds, idleSeconds: 0.1, message: null }, downstream: null })),
      slab: { quotaBytes: 64e6, quotaUsedBytes: 32e6, arenaBytes: 16e6, arenaUsedBytes: 8e6, itemsBytes: 4e6, itemsUsedBytes: 2e6, quotaUsedRatio: 0.5, arenaUsedRatio: 0.5, itemsUsedRatio: 0.5 },
      stat: Object.fromEntries(kinds.map((kind, index) => [kind, { total: 1000 + counted * (index + 1), rps: 0 }])),
      memory: { lua: 1e6, data: 2e6, index: 3e6, net: 4e6, tx: 0, cache: 0 },
      net: { connections: 12, requestsInProgress: 3, requests: 5000 + counted * 20, sentBytes: 6000 + counted * 100, receivedBytes: 7000 + counted * 50 },
      takenAt: at - 5,
    },
    restarts: { count: 0, crashLoop: false, lastExitAt: null, lastExit: null, nextStartAt: null }, disk: { totalBytes: 1e9, freeBytes: 25e7 },
    sharding: { group: 'default', buckets: 3000, leads: true, states: { active: 1500 }, owned: 1500, leaving: 0, movedTotal: 0, ratePerSecond: 0, blockers: [] },
    gossipStats: { members: 5, suspected: 1, dead: 2, sent: 900 + counted * 3, received: 800 + counted * 2 },
  };
}
