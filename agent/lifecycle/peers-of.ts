import type { Facts, PeerFacts } from './facts.ts';
import { doing, waiting, type Part } from './parts.ts';

/** What several parts of the plan ask about the other members. */

const askAgainMs = 150;

export const replicasetOf = ({ config, uuid }: Facts): string => config?.instances[uuid]?.replicaset ?? '';

/** Addresses to replicate from, in an order that no change of priority touches. */
export const sources = ({ peers }: Facts, kept: readonly PeerFacts[] = []): string[] =>
  peers
    .filter((peer) => !peer.leaving || kept.includes(peer))
    .toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1))
    .map(({ uri }) => uri);

export const listed = (peers: readonly PeerFacts[], word: 'and' | 'or'): string => peers.map(({ alias }) => alias).join(` ${word} `);

/** Why a promise to another instance forbids to write under this version; null = none does. */
export function promised({ memory, version, uuid, config }: Facts): string | null {
  const { promise } = memory;
  if (promise === null || promise.version < version || (promise.version === version && promise.by === uuid)) return null;
  const by = config?.instances[promise.by]?.alias ?? promise.by;
  return `has promised ${by} to stay read-only under version ${promise.version}`;
}

/** A newer version is known to somebody that was promised under it: nothing may be taken under this one. */
export const overtaken = (facts: Facts): string | null => ((facts.memory.promise?.version ?? 0) > facts.version ? promised(facts) : null);

/** Null when each of these has granted; otherwise what to do, or whom it waits for and why. */
export function unanswered(facts: Facts, peers: readonly PeerFacts[]): Part | null {
  const { now } = facts;
  const lacking = peers.filter(({ answer }) => !answer?.granted);
  if (lacking.length === 0) return null;
  // Who writes is asked last: it goes on while any of the others cannot promise, and stops for milliseconds only.
  const readers = lacking.filter(({ readOnly }) => readOnly !== false);
  const due = (readers.length > 0 ? readers : lacking).filter(({ alive, answer }) => alive && (answer === null || now - answer.at >= askAgainMs));
  const reason = lacking.map(whyLacking).join('; ');
  if (due.length > 0) return doing('configuring', { kind: 'askFence', peers: due.map(({ uuid }) => uuid), catchUp: readers.length === 0 }, reason);
  const retryAt = Math.min(Infinity, ...lacking.filter(({ alive }) => alive).map(({ answer }) => (answer?.at ?? now) + askAgainMs));
  return waiting('configuring', reason, retryAt);
}

function whyLacking({ alias, alive, answer }: PeerFacts): string {
  if (answer?.message) return `${alias}: ${answer.message}`;
  return alive ? `asks ${alias} to stay read-only` : `stays read-only: ${alias} cannot be reached and may still write or hold data; start it, or disable or expel it`;
}
