import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { databaseNeeded } from '~/core/topology/master.ts';
import type { ConfigKeeper } from '~/agent/config/keeper.ts';
import type { Leadership } from '~/agent/failover/standing.ts';
import type { Wish } from '~/agent/failover/wish.ts';
import type { MemoryFile } from '~/agent/data/memory.ts';
import type { AgentPeer } from '~/agent/link/peers.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { Sampler } from '~/agent/status/sampler.ts';
import type { DatabaseFacts, Facts, Failure, FenceAnswer, PeerFacts } from './facts.ts';
import { stillHeld } from './held.ts';
import type { RoleFacts } from './roles.ts';

/** Puts the facts together from the parts that know them. Nothing is judged here. */
export type GatherParts = {
  readonly uuid: string;
  readonly listen: string;
  readonly keeper: Pick<ConfigKeeper, 'committed'>;
  readonly memory: Pick<MemoryFile, 'value'>;
  readonly supervisor: Pick<Supervisor, 'state' | 'restarts'>;
  readonly sampler: Pick<Sampler, 'database' | 'unanswered'>;
  readonly bases: () => ReadonlyMap<number, number | null>;
  readonly files: () => 'none' | 'data' | 'leftovers';
  readonly others: () => readonly AgentPeer[];
  readonly candidate: () => ClusterConfig | null;
  readonly restart: () => boolean;
  /** When gossip began, and whether there is anybody to hear of. */
  readonly startedAt: number;
  readonly alone: boolean;
  readonly failover: { leadership(): Leadership; readonly wish: Wish | null };
  readonly roles: () => RoleFacts | null;
};

export type OwnFacts = { answers: ReadonlyMap<string, FenceAnswer>; failure: Failure | null; forgottenFor: number; now: number };

const settleMs = 1500;

export function gather(parts: GatherParts, own: OwnFacts): Facts {
  const { uuid, listen, keeper, memory, supervisor } = parts;
  const committed = keeper.committed;
  const config = committed?.config ?? null;
  const version = committed?.content.meta.version ?? 0;
  const others = new Map(parts.others().map((peer) => [peer.uuid, peer]));
  const peers = config === null ? [] : peersIn(config, { uuid, others, answers: own.answers, serial: memory.value.promise?.serial ?? 0 });
  const candidate = parts.candidate();
  return {
    ...own,
    uuid,
    version,
    config,
    candidateNeedsDatabase: candidate !== null && databaseNeeded(candidate, uuid),
    listen,
    memory: memory.value,
    holds: stillHeld(memory.value.held, { version, replicaset: config?.instances[uuid]?.replicaset ?? '' }, parts.bases()),
    files: parts.files(),
    process: { state: processState(parts), nextStartAt: supervisor.restarts.nextStartAt, lastExit: supervisor.restarts.lastExit },
    database: databaseOf(parts),
    peers,
    newestHeard: Math.max(0, ...[...others.values()].map(({ payload }) => payload.config?.version ?? 0)),
    settled: own.now - parts.startedAt >= settleMs || parts.alone || (others.size > 0 && peers.every(({ uuid: peer }) => others.has(peer))),
    restart: parts.restart(),
    leadership: parts.failover.leadership(),
    wish: parts.failover.wish,
    roles: parts.roles(),
  };
}

function peersIn(config: ClusterConfig, { uuid, others, answers, serial }: { uuid: string; others: ReadonlyMap<string, AgentPeer>; answers: OwnFacts['answers']; serial: number }): PeerFacts[] {
  const replicaset = config.instances[uuid]?.replicaset ?? config.expelled[uuid]?.replicaset;
  if (replicaset === undefined) return [];
  const here = ([peer, { replicaset: of }]: [string, { readonly replicaset: string }]) => of === replicaset && peer !== uuid;
  const members = [
    ...Object.entries(config.instances).filter(here).map(([peer, { alias, uri, disabled }]) => ({ uuid: peer, alias, uri, leaving: disabled, expelled: false })),
    ...Object.entries(config.expelled).filter(here).map(([peer, { alias, uri }]) => ({ uuid: peer, alias, uri, leaving: true, expelled: true })),
  ];
  const priority = config.replicasets[replicaset]?.priority ?? [];
  const rank = (peer: string) => (priority.includes(peer) ? priority.indexOf(peer) : priority.length);
  return members
    .toSorted((a, b) => rank(a.uuid) - rank(b.uuid))
    .map((member) => {
      const heard = others.get(member.uuid);
      const alive = heard !== undefined && (heard.state === 'alive' || heard.state === 'suspected');
      const answer = answers.get(member.uuid);
      return { ...member, alive, readOnly: alive ? heard.payload.readOnly : null, waitsToJoin: alive && heard.payload.state === 'connecting', answer: answer?.serial === serial ? answer : null };
    });
}

/** One look without an answer may be a busy moment; two are seconds. */
const processState = ({ supervisor, sampler }: GatherParts): Facts['process']['state'] => (supervisor.state === 'up' && sampler.unanswered >= 2 ? 'silent' : supervisor.state);

function databaseOf({ sampler }: GatherParts): DatabaseFacts | null {
  const sample = sampler.database;
  if (sample === null) return null;
  if (!sample.configured) return { configured: false, status: sample.status, readOnly: true, listen: null, peers: [] };
  return { configured: true, status: sample.status, readOnly: sample.readOnly, listen: sample.listen, peers: sample.peers };
}
