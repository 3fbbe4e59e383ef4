import { CoterieError } from '~/contract/errors.ts';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { coordinatorsIn } from '~/core/standing/status.ts';
import { needsProvider } from '~/core/topology/failover-settings.ts';
import { clock } from '~/core/view/words.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import { act, step } from './action.ts';
import type { Intent } from './change.ts';
import type { Context } from './context.ts';
import { standingOf } from './failover-names.ts';
import { findInstance } from './names.ts';
import { lengthMs } from './pause-length.ts';

/** Stopping and starting what happens by itself: pause, resume, acknowledge, and who the coordinator is. */

const callMs = 5000;

/** Where nothing is automatic, nothing can be stopped. */
function refusalsIn({ mode }: FailoverStatus): Refusal[] {
  return needsProvider(mode) ? [] : [{ code: 'nothingAutomatic', target: 'failover', sentence: `Failover mode ${mode} appoints nobody.`, wayOut: 'See `failover configure`.' }];
}

export async function paused(context: Context, intent: Intent & { reason: string }, length: string | undefined) {
  const { failover } = context.services.runtime;
  const forMs = lengthMs(length);
  const now = context.services.now();
  const until = forMs === null ? 'until somebody resumes' : `until ${clock(now + forMs, now)}`;
  const by = signedIn(context).user;
  const status = await failover.status();
  const action = {
    summary: `Pause failover ${until}.`,
    steps: [step('store', 'failover', [`Nothing automatic happens ${until}; switch and promote work.`, intent.reason])],
    refusals: refusalsIn(status),
    warnings: status.pause ? [`It is paused already by ${status.pause.by}: ${status.pause.reason}. This one takes its place.`] : [],
  };
  return act(context, intent, {
    action,
    run: async () => {
      await failover.coordinators.ask((client, timeoutMs) => client.failoverPause({ pause: { by, reason: intent.reason, forMs } }, { timeoutMs }), { timeoutMs: callMs });
      failover.forget();
      return { sentence: `Failover is paused ${until}.` };
    },
  });
}

export async function resumed(context: Context, intent: Intent) {
  const { failover } = context.services.runtime;
  const status = await failover.status();
  const idle = status.pauseKnown && status.pause === null;
  const action = { summary: idle ? 'Failover is not paused.' : 'End the pause of failover.', steps: idle ? [] : [step('store', 'failover', ['Lost masters are replaced again.', status.pause ? `Paused by ${status.pause.by}: ${status.pause.reason}` : 'You asked for it.'])], refusals: refusalsIn(status) };
  return act(context, intent, {
    action,
    run: async () => {
      await failover.coordinators.ask((client, timeoutMs) => client.failoverPause({ pause: null }, { timeoutMs }), { timeoutMs: callMs });
      failover.forget();
      return { sentence: idle ? 'Failover was not paused.' : 'Failover goes on.' };
    },
  });
}

export async function acknowledged(context: Context, intent: Intent, replicaset: string) {
  const { failover } = context.services.runtime;
  const { status, standing } = await standingOf(context, replicaset);
  const idle = status.source.kind === 'coordinator' && standing.manual === null;
  const action = { summary: idle ? `${standing.alias} waits for nobody.` : `Let ${standing.alias} fail over by itself again.`, steps: idle ? [] : [step('store', standing.uuid, [`Automatic failover of ${standing.alias} goes on.`, standing.manual ?? 'You asked for it.'])], refusals: refusalsIn(status) };
  return act(context, intent, {
    action,
    run: async () => {
      await failover.coordinators.ask((client, timeoutMs) => client.failoverAcknowledge({ replicaset: standing.uuid }, { timeoutMs }), { timeoutMs: callMs });
      failover.forget();
      return { sentence: idle ? `${standing.alias} was not waiting.` : `${standing.alias} fails over by itself again.` };
    },
  });
}

/** The other one answers when it has the lock: after the old one's time to live, if that cannot be taken at once. */
const stealMs = 10_000;

export async function stolen(context: Context, intent: Intent, instance: string | undefined) {
  const { failover, versions, agents } = context.services.runtime;
  const status = await failover.status();
  const config = versions.current?.config;
  const active = status.coordinators.find((one) => one.active) ?? null;
  const others = status.coordinators.filter(({ heard, uuid }) => heard && uuid !== active?.uuid);
  const named = instance === undefined ? null : findInstance(context, instance);
  if (named && !(config && coordinatorsIn(config).includes(named.uuid))) throw new CoterieError('REFUSED', `${named.alias} has no role failover-coordinator. There are: ${status.coordinators.map(({ alias }) => alias).join(', ') || 'none'}.`, { instance: named.uuid });
  const target = named ?? others[0] ?? null;
  const refusals = [...refusalsIn(status), ...(target ? [] : [{ code: 'noCoordinator', target: 'failover', sentence: 'No other coordinator answers.', wayOut: 'Give role failover-coordinator to more instances, or start their agents.' }])];
  const action = { summary: target ? `${target.alias} takes over the appointing of masters${active ? ` from ${active.alias}` : ''}.` : 'Nobody can take over the appointing of masters.', steps: target ? [step('store', target.uuid, [`${target.alias} takes the coordinator's lock, with a new term.`, active ? `What ${active.alias} does later is refused.` : 'Nobody is known to hold it.'])] : [], refusals };
  return act(context, intent, {
    action,
    run: async () => {
      const { sentence } = await agents.client(target!.uuid, target!.alias).failoverSteal({}, { timeoutMs: stealMs });
      failover.forget();
      return { sentence };
    },
  });
}
