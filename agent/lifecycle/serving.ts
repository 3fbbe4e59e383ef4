import { eventualMaster } from '~/core/failover/eventual.ts';
import { replicasetSettingsOf } from '~/core/topology/failover-settings.ts';
import { wantedMaster } from '~/core/topology/master.ts';
import type { DatabaseFacts, Facts, Vclock } from './facts.ts';
import { overtaken, promised, replicasetOf, sources, unanswered } from './peers-of.ts';
import { doing, resting, waiting, type Part } from './parts.ts';

const leavingRowsMs = 2500;

/**
 * A database that is configured: who may write first of all, then whom it replicates from.
 *
 * Leadership is held until it is handed over: a new priority does not turn the old master read-only by itself, the
 * promise that the new one asks for does. So a master that is named and dead costs no writes.
 */
export function planServing(facts: Facts, database: DatabaseFacts): Part {
  const { config, uuid } = facts;
  const replicaset = replicasetOf(facts);
  if (database.status !== 'running') return waiting('configuring', `the database is ${database.status}`, facts.now + 50);
  const allRw = config?.replicasets[replicaset]?.allRw === true;
  const bound = promised(facts);
  if (config?.failover.mode === 'eventual' && !allRw) return planEventual(facts, database);
  if (facts.leadership === 'held' && !allRw) return waiting('configuring', 'gives its lease up: the configuration names the master from now on', facts.now + 100);
  if (facts.leadership === 'unfenced' && !allRw && !facts.holds && bound === null) return doing('configuring', { kind: 'keep', replicaset });
  const mayWrite = (allRw || facts.holds) && bound === null;
  if (!database.readOnly && !mayWrite) return doing('configuring', { kind: 'freeze' });
  if (database.readOnly && mayWrite) return resume(facts);

  const wanted = config && wantedMaster(config, replicaset);
  const claims = !mayWrite && (wanted === uuid || mayStandIn(facts, wanted));
  // Rows that only a leaving peer has come over the link to it: it is cut when leadership is taken, not before.
  const kept = claims ? facts.peers.filter((peer) => peer.leaving && database.peers.includes(peer.uri)) : [];
  const peers = sources(facts, kept);
  if (database.listen !== facts.listen || !sameList(database.peers, peers)) return doing('configuring', { kind: 'configure', listen: facts.listen, peers });
  if (claims) return planClaim(facts, replicaset);
  const expelled = expelledFrom(facts, replicaset);
  if (mayWrite && expelled.length > 0 && facts.forgottenFor !== facts.version) return doing('ready', { kind: 'forget', uuids: expelled });
  if (mayWrite && !allRw && wanted !== null && wanted !== uuid) return resting('ready', `stays master until ${config?.instances[wanted]?.alias ?? wanted} has taken over`);
  return resting('ready');
}

/**
 * The first in priority that gossip calls alive writes, and asks nobody. Unsafe: two that hear different things both
 * write. Only the beginning, while nobody has been heard yet, is waited for.
 */
function planEventual(facts: Facts, database: DatabaseFacts): Part {
  const { config, uuid, now } = facts;
  const replicaset = replicasetOf(facts);
  const master = config && eventualMaster(replicasetSettingsOf(config, replicaset), (one) => one === uuid || facts.peers.some((peer) => peer.uuid === one && peer.alive && peer.readOnly !== null));
  if (!database.readOnly && master !== uuid) return doing('configuring', { kind: 'freeze' });
  if (database.readOnly && master === uuid) return facts.settled ? doing('configuring', { kind: 'makeWritable' }) : waiting('configuring', 'stays read-only until its peers are heard or had their time', now + 50);
  const peers = sources(facts);
  if (database.listen !== facts.listen || !sameList(database.peers, peers)) return doing('configuring', { kind: 'configure', listen: facts.listen, peers });
  return resting('ready');
}

/** Leadership was held before the database, or the agent, was started anew: it goes on unless somebody knows better. */
function resume({ newestHeard, version, settled, now }: Facts): Part {
  if (newestHeard > version) return waiting('configuring', `stays read-only: version ${newestHeard} of the configuration is on its way`);
  if (!settled) return waiting('configuring', 'stays read-only until its peers are heard or had their time', now + 50);
  return doing('configuring', { kind: 'makeWritable' });
}

/**
 * The one that is named has no data yet, and without anybody who writes it cannot be registered to copy them. The
 * first in priority that has data stands in, with the promises of all, that one's included, until it takes over.
 */
function mayStandIn({ config, uuid, peers }: Facts, wanted: string | null): boolean {
  const named = peers.find((peer) => peer.uuid === wanted);
  if (!named?.waitsToJoin || named.readOnly !== null || peers.some(({ readOnly }) => readOnly === false)) return false;
  const replicaset = config?.instances[uuid]?.replicaset ?? '';
  const withData = (config?.replicasets[replicaset]?.priority ?? []).filter((member) => config?.instances[member]?.electable && (member === uuid || peers.some((peer) => peer.uuid === member && !peer.leaving && peer.readOnly !== null)));
  return withData[0] === uuid;
}

function planClaim(facts: Facts, replicaset: string): Part {
  // A promise under this version ends when the one that has it promises in turn; it is among those that are asked.
  const bound = overtaken(facts);
  if (bound !== null) return waiting('configuring', bound);
  if (facts.newestHeard > facts.version) return waiting('configuring', `stays read-only: version ${facts.newestHeard} of the configuration is on its way`);
  const leaving = facts.peers.filter((peer) => peer.leaving);
  if (leaving.some(({ alive }) => !alive) && !facts.settled) return waiting('configuring', 'stays read-only until its peers are heard or had their time', facts.now + 50);
  const open = unanswered(facts, facts.peers.filter((peer) => !peer.leaving));
  if (open !== null) return open;
  const unasked = leaving.filter(({ alive, answer }) => alive && answer === null);
  if (unasked.length > 0) return doing('configuring', { kind: 'askFence', peers: unasked.map(({ uuid }) => uuid), catchUp: unasked.some(({ readOnly }) => readOnly === false) });
  return doing('configuring', { kind: 'takeOver', replicaset, vclock: highest(facts), promise: facts.memory.promise });
}

/**
 * Where the furthest of all that have granted has come, in each component. Component 0 is never replicated. The rows
 * of a leaving peer are waited for a while only: it may be gone with them.
 */
function highest({ peers, now }: Facts): Vclock {
  const vclock: Record<string, number> = {};
  for (const { answer, leaving } of peers) {
    if (leaving && now - (answer?.at ?? 0) > leavingRowsMs) continue;
    for (const [id, lsn] of Object.entries(answer?.granted ? answer.vclock : {})) if (id !== '0') vclock[id] = Math.max(vclock[id] ?? 0, lsn);
  }
  return vclock;
}

const expelledFrom = ({ config }: Facts, replicaset: string): string[] =>
  Object.entries(config?.expelled ?? {}).flatMap(([uuid, row]) => (row.replicaset === replicaset ? [uuid] : []));

const sameList = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((value, index) => value === b[index]);
