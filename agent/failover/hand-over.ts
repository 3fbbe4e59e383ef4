import { setTimeout as sleep } from 'node:timers/promises';
import { leading } from '~/core/failover/member-state.ts';
import { coordinatorKey } from '~/core/failover/records.ts';
import { leased } from '~/core/failover/settings.ts';
import type { CommandBody } from '~/link/failover-messages.ts';
import type { StateProvider } from '~/state/provider.ts';
import type { Peers } from '~/agent/link/peers.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { CoordinatorRunner } from './coordinator-runner.ts';
import type { MemberRunner } from './member-runner.ts';

/**
 * A database that is about to end gives its leadership away: by a switchover, which loses nothing and holds writes for
 * milliseconds. Where nobody can carry that out it stops writing and gives its lease back, so that nobody waits for it.
 */
export type HandOverParts = {
  readonly member: MemberRunner;
  /** The coordinator of this agent, if it is the active one. */
  readonly active: () => CoordinatorRunner | null;
  readonly provider: () => StateProvider | null;
  readonly peers: Peers;
  readonly log: Logger;
};

const readMs = 500;
const againMs = 100;
const nobodyActive = 'No coordinator is active.';

export async function handOver(parts: HandOverParts, timeoutMs: number): Promise<void> {
  const { member, log } = parts;
  if (!leading(member.state()) || !leased(member.state().settings)) return;
  const until = performance.now() + timeoutMs;
  const order: CommandBody = { kind: 'switchover', replicaset: member.replicaset, target: null, cause: 'switchover' };
  const attempt = () => ordered(parts, order, timeoutMs * 0.7).catch((error: unknown) => ({ ok: false, why: String(error) }));
  let switched = await attempt();
  // An agent that has just begun has not heard of everybody yet.
  while (!switched.ok && switched.why === nobodyActive && performance.now() < until - timeoutMs / 2) {
    await sleep(againMs);
    switched = await attempt();
  }
  log.info({ ...switched }, 'leadership is given away before the database ends');
  if (!switched.ok) await member.handOver(Math.max(againMs, until - performance.now()));
}

async function ordered({ active, provider, peers }: HandOverParts, order: CommandBody, timeoutMs: number): Promise<{ ok: boolean; why: string }> {
  const own = active();
  if (own) return own.order(order, timeoutMs);
  const found = await provider()?.read([coordinatorKey], { timeoutMs: Math.min(timeoutMs, readMs) });
  const { holder } = JSON.parse(found?.entries.get(coordinatorKey)?.value ?? '{}') as { holder?: string };
  const peer = holder === undefined ? null : peers.find(holder);
  return peer ? peers.client(peer).failoverCommand(order, { timeoutMs }) : { ok: false, why: nobodyActive };
}
