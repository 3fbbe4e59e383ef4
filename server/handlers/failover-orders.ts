import { setTimeout as wait } from 'node:timers/promises';
import { CoterieError, problemOf } from '~/contract/errors.ts';
import type { Named, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import { timingOf } from '~/core/failover/timing.ts';
import { failoverOf } from '~/core/topology/failover-settings.ts';
import type { CommandBody } from '~/link/failover-messages.ts';
import type { Context } from './context.ts';
import { named, standingIn } from './failover-names.ts';
import { isLed } from './failover-preview.ts';

/**
 * Carries an order of a person out. The one idea: the coordinator decides whether it can be done now; what is only in
 * the way for a moment (a lease that is not over yet, another round) is waited for, up to one deadline.
 */

/** The coordinator gives a command up after 10 s. */
const commandMs = 12_000;
const againMs = 150;
/** After the decision: until the new master says that it writes. */
const writesMs = 5000;

const passing = /holds its lease|records have changed|Another order waits|Another change of leadership|Somebody else was first|is being replaced|does not write\.|state provider does not answer|not the active one|This coordinator ends/;

export type Done = { readonly master: Named; readonly epoch: number; readonly tookMs: number };
export type Asked = { readonly replicaset: Named; readonly target: Named; /** Also without those who would have to be heard. Absent: only the handing over of a master that lives. */ readonly promote?: { readonly force: boolean } | undefined };

export async function changed(context: Context, { replicaset, target, promote }: Asked): Promise<Done> {
  const { versions } = context.services.runtime;
  const { leaseMs } = failoverOf(versions.current!.config);
  const startedAt = performance.now();
  const until = startedAt + 4 * timingOf(leaseMs).leaseMs + commandMs;
  for (;;) {
    const standing = await looked(context, replicaset);
    const leads = standing.master?.uuid === target.uuid && standing.phase === 'normal';
    if (leads && isLed(standing)) return { master: target, epoch: standing.epoch, tookMs: Math.round(performance.now() - startedAt) };
    const why = leads ? 'It is appointed and does not write yet.' : await ordered(context, bodyOf(standing, { replicaset, target, promote }));
    if (why === null) {
      const epoch = await written(context, { replicaset, target });
      return { master: target, epoch, tookMs: Math.round(performance.now() - startedAt) };
    }
    if (!passing.test(why) && !leads) throw new CoterieError('CONFLICT', `${replicaset.alias} was not handed over to ${target.alias}: ${named(context, why)} See \`failover preview ${replicaset.alias}\`.`, { replicaset: replicaset.uuid, instance: target.uuid });
    if (performance.now() > until) throw new CoterieError('TIMED_OUT', `${target.alias} does not lead ${replicaset.alias} after ${Math.round((performance.now() - startedAt) / 1000)} s: ${named(context, why)} Look at \`failover status\`; it may still happen.`, { replicaset: replicaset.uuid, instance: target.uuid });
    await wait(againMs);
  }
}

async function looked(context: Context, { uuid, alias }: Named): Promise<ReplicasetStanding> {
  return standingIn(await context.services.runtime.failover.status(), uuid, alias);
}

function bodyOf(standing: ReplicasetStanding, { replicaset, target, promote }: Asked): CommandBody {
  if (promote === undefined || isLed(standing)) return { kind: 'switchover', replicaset: replicaset.uuid, target: target.uuid, cause: 'switchover' };
  return { kind: 'promote', replicaset: replicaset.uuid, target: target.uuid, force: promote.force };
}

/** Null: it was done; otherwise why not. */
async function ordered(context: Context, body: CommandBody): Promise<string | null> {
  const { failover } = context.services.runtime;
  try {
    const { value } = await failover.coordinators.ask((client, timeoutMs) => client.failoverCommand(body, { timeoutMs }), { timeoutMs: commandMs, once: true });
    return value.ok ? null : value.why;
  } finally {
    failover.forget();
  }
}

/** The decision is made; the candidate's own agent does the rest. Its epoch, as it is known by then. */
async function written(context: Context, { replicaset, target }: { replicaset: Named; target: Named }): Promise<number> {
  const until = performance.now() + writesMs;
  for (;;) {
    const standing = await looked(context, replicaset);
    const ours = standing.master?.uuid === target.uuid;
    if (ours && standing.phase === 'normal' && standing.members.some(({ uuid, writable, standing: is }) => uuid === target.uuid && writable && is === 'master')) return standing.epoch;
    if (performance.now() > until) {
      if (ours) return standing.epoch;
      throw new CoterieError('CONFLICT', `${target.alias} was appointed for ${replicaset.alias}, and ${standing.master?.alias ?? 'nobody'} leads now. See \`failover incidents --replicaset ${replicaset.alias}\`.`, { replicaset: replicaset.uuid });
    }
    await wait(againMs / 3);
  }
}

export const whyOf = (error: unknown): string => problemOf(error).detail;
