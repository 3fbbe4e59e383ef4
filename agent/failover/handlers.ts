import { CoterieError } from '~/contract/errors.ts';
import type { CandidateView, DecisionView } from '~/contract/shapes/failover-view.ts';
import { choose, lacking, type Heard } from '~/core/failover/candidate.ts';
import { parseRecord } from '~/core/failover/record-text.ts';
import { manualKey, pauseKey } from '~/core/failover/records.ts';
import { ProviderUnavailable } from '~/state/errors.ts';
import type { CoordinatorRunner } from './coordinator-runner.ts';
import type { Failover } from './failover.ts';
import type { LostRowsHandlers } from './lost-rows-handlers.ts';
import type { FailoverHandlers } from './off.ts';
import type { StateLink } from './state-link.ts';
import type { Trail } from './trail.ts';

/** What servers and other agents may ask of failover in this agent. */
export type FailoverHandlerParts = {
  readonly failover: Failover;
  readonly trail: Trail;
  readonly name: () => string;
  readonly lostRows: LostRowsHandlers;
};

const storeMs = 2000;
const commandMs = 10_000;
const hearMs = 500;

export function failoverHandlers({ failover, trail, name, lostRows }: FailoverHandlerParts): FailoverHandlers {
  const link = (): StateLink => {
    if (!failover.link) throw new CoterieError('CONFLICT', `${name()} takes no part in failover: the configuration names no state provider, or it has none of the roles.`);
    return failover.link;
  };
  const active = (): CoordinatorRunner => {
    const { coordinator } = failover;
    if (!coordinator) throw new CoterieError('CONFLICT', `${name()} has no role failover-coordinator.`);
    const { status } = coordinator;
    if (!status.active) throw new CoterieError('CONFLICT', `${name()} is not the active coordinator${status.holder === null ? '; nobody is' : ''}.`, { holder: status.holder });
    return coordinator;
  };
  return {
    ...lostRows,
    failoverMember: async ({ replicaset, body }) => {
      if (failover.member?.replicaset !== replicaset) throw new CoterieError('CONFLICT', `${name()} is no member of this replicaset.`);
      return failover.member.answer(body);
    },
    failoverView: async () => {
      const coordinator = active();
      const { kind, ...provider } = await link().health();
      const endpoints = provider.endpoints.map((endpoint) => ({ ...endpoint, alarms: [...endpoint.alarms] }));
      return { coordinator: coordinator.status, provider: { ...provider, wentBack: provider.wentBack ?? failover.wentBack, endpoints, kind: kind === 'etcd' ? 'etcd' : 'stateboard' }, pause: coordinator.pause, replicasets: coordinator.views() };
    },
    failoverCandidates: async ({ replicaset }) => ({ candidates: await candidatesOf(failover, active(), replicaset) }),
    failoverCommand: (command) => active().order(command, commandMs),
    failoverPause: async ({ pause }) => {
      active();
      await change(link(), pauseKey, pause);
      return { sentence: pause === null ? 'Failover goes on.' : 'Failover is paused.' };
    },
    failoverAcknowledge: async ({ replicaset }) => {
      active();
      await change(link(), manualKey(replicaset), null);
      return { sentence: 'Automatic failover goes on.' };
    },
    failoverSteal: async () => {
      const { coordinator } = failover;
      if (!coordinator) throw new CoterieError('CONFLICT', `${name()} has no role failover-coordinator.`);
      await coordinator.steal(storeMs);
      return { sentence: `${name()} is the active coordinator.` };
    },
    failoverDecisions: async () => {
      const { entries } = await link().provider.list('decision/', { timeoutMs: storeMs });
      return [...entries].flatMap(([key, { value }]): DecisionView[] => {
        const parsed = parseRecord('decision', value);
        const replicaset = key.split('/')[1] ?? '';
        return parsed.ok ? [{ ...parsed.value, evidence: [...parsed.value.evidence], replicaset }] : [];
      });
    },
    failoverTrail: async ({ after }) => ({ life: trail.life, entries: trail.after(after) }),
  };
}

/** Writes or removes one key, whatever stands there. */
async function change(link: StateLink, key: string, value: object | null): Promise<void> {
  const { entries } = await link.provider.read([key], { timeoutMs: storeMs });
  const when = [{ key, revision: entries.get(key)?.revision ?? null }];
  if (value === null && !entries.get(key)) return;
  const { done } = await link.provider.commit({ when, ...(value === null ? { remove: [key] } : { put: [{ key, value: JSON.stringify(value) }] }) }, { timeoutMs: storeMs });
  if (!done) throw new ProviderUnavailable('Somebody else has changed it at the same moment: look, and do it again.');
}

async function candidatesOf(failover: Failover, coordinator: CoordinatorRunner, replicaset: string): Promise<CandidateView[]> {
  const one = coordinator.caseOf(replicaset);
  if (!one) throw new CoterieError('NOT_FOUND', 'The masters of this replicaset are not appointed.');
  const { members, preferredZone } = one.settings;
  const heard = new Map<string, Heard>();
  await Promise.all(
    members.map(async ({ uuid }) => {
      const answer = await failover.ask({ replicaset, to: uuid }, { kind: 'hear', consentTo: null }, hearMs);
      if (answer?.kind === 'heard') heard.set(uuid, { report: answer.report, why: null });
    }),
  );
  const master = one.records.state?.value.master ?? null;
  const excluded = new Map(master === null ? [] : [[master, 'It leads now.']]);
  const { standings, chosen } = choose({ members, heard, preferredZone, current: master, excluded });
  const of = master === null ? null : heard.get(master)?.report?.copy;
  return standings.map(({ uuid, can, why, copy }) => ({ instance: uuid, can, chosen: uuid === chosen, why, rowsBehind: of && copy ? lacking(copy, of) : null }));
}
