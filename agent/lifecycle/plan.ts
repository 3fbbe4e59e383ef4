import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { LifeCycle } from '~/contract/shapes/status.ts';
import { databaseNeeded, isAppointed, keepsState, wantedMaster } from '~/core/topology/master.ts';
import { planAppointed } from './appointed.ts';
import type { Decision, Facts } from './facts.ts';
import { planFounding } from './founding.ts';
import { doing, resting, waiting, type Part } from './parts.ts';
import { replicasetOf } from './peers-of.ts';
import { planRoles } from './roles.ts';
import { planServing } from './serving.ts';
import { planStateboard } from './stateboard.ts';

/**
 * The life cycle of one instance as a planner: from what is known now to the one next step. It is made again after
 * each step and each change, so a crash anywhere needs no code of its own.
 *
 * Invariants. An instance is never writable unless it holds leadership (or its replicaset is allRw). Leadership is
 * taken only when every peer that may have it has promised to stay read-only, and ends with the promise to another.
 * A replicaset is bootstrapped once: only when every enabled peer has said that it has no data of it.
 */
export function plan(facts: Facts): Decision {
  const goal = goalOf(facts);
  const decision = goal === 'ready' ? planRoles(facts, planReady(facts)) : planWithout(facts, goal);
  return heldBack(facts, { ...decision, goal });
}

export function goalOf({ config, uuid, memory }: Facts): LifeCycle {
  if (config?.expelled[uuid]) return 'expelled';
  const instance = config?.instances[uuid];
  if (!instance) return 'unconfigured';
  if (instance.disabled) return 'disabled';
  return memory.stopped ? 'stopped' : 'ready';
}

/** The goal needs no database: what runs is stopped, unless a prepared version is about to need it. */
function planWithout(facts: Facts, goal: LifeCycle): Part {
  const { process, candidateNeedsDatabase } = facts;
  const eager = goal === 'unconfigured' && candidateNeedsDatabase;
  switch (process.state) {
    case 'down':
      return eager ? doing(goal, { kind: 'startProcess' }) : resting(goal);
    case 'silent':
      return doing('configuring', { kind: 'stopProcess', drain: false, heirs: [] }, `${goal}: ends its database, which does not answer`);
    case 'starting':
      return eager ? resting(goal) : waiting('configuring', `${goal}: waits for its database process to answer, to stop it`);
    case 'up':
      return eager && facts.database?.configured !== true ? resting(goal) : stopping(facts, `${goal}: stops its database`);
  }
}

function planReady(facts: Facts): Part {
  const { memory, process, database, files, now } = facts;
  if (!databaseNeeded(facts.config as ClusterConfig, facts.uuid)) return process.state === 'down' ? resting('ready') : stopping(facts, 'its roles need no database: stops it');
  switch (process.state) {
    case 'silent':
      if (facts.restart) return doing('configuring', { kind: 'stopProcess', drain: false, heirs: [] }, 'ends its database, which does not answer');
      return waiting('failed', 'The database process lives and does not answer. Restart it if that does not pass.');
    case 'starting':
      return waiting(files === 'data' ? 'configuring' : 'connecting', 'the database process starts');
    case 'down':
      if (memory.rebuild || files === 'leftovers') return doing('connecting', { kind: 'moveAside' }, 'moves the files of its database aside');
      if ((process.nextStartAt ?? 0) > now) return { ...waiting('crashed', process.lastExit), wakeAt: process.nextStartAt ?? now };
      return doing(process.lastExit === null || process.nextStartAt === null ? 'configuring' : 'crashed', { kind: 'startProcess' }, process.nextStartAt === null ? null : process.lastExit);
    case 'up':
      break;
  }
  if (memory.rebuild || facts.restart) return stopping(facts, memory.rebuild ? 'stops its database to rebuild it' : 'restarts its database');
  if (database === null) return waiting('configuring', 'the database process has not answered yet');
  if (keepsState(facts.config as ClusterConfig, replicasetOf(facts))) return planStateboard(facts, database);
  if (isAppointed(facts.config as ClusterConfig, replicasetOf(facts))) return planAppointed(facts, database);
  if (database.configured) return planServing(facts, database);
  if (database.status === 'loading') return waiting('configuring', 'the database reads its files');
  return planFounding(facts);
}

const stopping = (facts: Facts, reason: string): Part => {
  const drain = facts.database?.configured === true;
  return doing('configuring', { kind: 'stopProcess', drain, heirs: drain ? heirsOf(facts) : [] }, reason);
};

/** Who has to have every row before this database ends: its files are moved aside, or the named master goes on without it. */
function heirsOf({ config, uuid, memory, peers }: Facts): string[] {
  // Who leads after it is not named by the configuration, and has what it needs before it leads.
  if (isAppointed(config as ClusterConfig, config?.instances[uuid]?.replicaset ?? '')) return [];
  const living = peers.filter(({ alive, leaving, readOnly }) => alive && !leaving && readOnly !== null).map((peer) => peer.uuid);
  const replicaset = config?.instances[uuid]?.replicaset ?? config?.expelled[uuid]?.replicaset;
  const master = replicaset === undefined ? null : wantedMaster(config as ClusterConfig, replicaset);
  return memory.rebuild ? living : living.filter((peer) => peer === master);
}

/** A step that has just failed is not tried again before its time; what failed stays in view. */
function heldBack(facts: Facts, decision: Decision): Decision {
  const { failure, now } = facts;
  if (decision.step === null || failure === null || failure.step !== decision.step.kind) return decision;
  const told = { ...decision, state: 'failed' as const, reason: failure.reason };
  return now < failure.retryAt ? { ...told, step: null, wakeAt: failure.retryAt } : told;
}
