import { problemOf } from '~/contract/errors.ts';
import type { CandidateRow, ChangePreview, FailoverStatus, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import type { CandidateView } from '~/contract/shapes/failover-view.ts';
import { timingOf, worstCase } from '~/core/failover/timing.ts';
import { whyNot } from '~/core/standing/next.ts';
import { needsProvider } from '~/core/topology/failover-settings.ts';
import { count } from '~/core/view/words.ts';
import type { Context } from './context.ts';
import { memberOf, named } from './failover-names.ts';
import { stepInTheWay } from './migration-in-the-way.ts';

/** What a change of master would mean now: who, for how long, which rows, who cannot and why. Nothing is changed. */

const hearMs = 3000;

export async function candidatesOf(context: Context, standing: ReplicasetStanding): Promise<CandidateRow[]> {
  const { failover } = context.services.runtime;
  const { value } = await failover.coordinators.ask((client, timeoutMs) => client.failoverCandidates({ replicaset: standing.uuid }, { timeoutMs }), { timeoutMs: hearMs });
  return value.candidates.map((candidate) => rowOf(context, standing, candidate));
}

function rowOf(context: Context, { members, master }: ReplicasetStanding, { instance, can, chosen, why, rowsBehind }: CandidateView): CandidateRow {
  const member = members.find(({ uuid }) => uuid === instance);
  return { uuid: instance, alias: member?.alias ?? named(context, instance), zone: member?.zone ?? null, master: instance === master?.uuid, can, chosen, why: named(context, why), rowsBehind };
}

/** By the reports alone, where nobody is appointed or no coordinator answers. */
export function candidatesByReports({ members, master, next, nextReason }: ReplicasetStanding): CandidateRow[] {
  return members.map((member) => {
    const why = member.uuid === master?.uuid ? 'It leads now.' : whyNot(member);
    return { uuid: member.uuid, alias: member.alias, zone: member.zone, master: member.uuid === master?.uuid, can: why === null, chosen: member.uuid === next?.uuid, why: why ?? (member.uuid === next?.uuid ? nextReason : 'It can, by its last report.'), rowsBehind: null };
  });
}

/** The master lives and writes, so it can hand over. */
export const isLed = ({ master, members, phase }: ReplicasetStanding): boolean => phase !== 'promoting' && members.some(({ uuid, heard, writable }) => uuid === master?.uuid && heard && writable);

export async function previewOf(context: Context, { status, standing }: { status: FailoverStatus; standing: ReplicasetStanding }, to: string | undefined): Promise<ChangePreview> {
  const target = to === undefined ? null : memberOf(context, standing, to);
  const appointed = needsProvider(status.mode) && !standing.allRw;
  const asked = appointed ? await candidatesOf(context, standing).catch((error: unknown) => problemOf(error).detail) : 'disabled';
  const candidates = typeof asked === 'string' ? candidatesByReports(standing) : asked;
  const kind = !appointed ? 'configuration' : isLed(standing) ? 'switchover' : 'promotion';
  const chosen = target === null ? candidates.find((row) => row.chosen && !row.master) ?? candidates.find((row) => row.can && !row.master) : candidates.find(({ uuid }) => uuid === target.uuid);
  const migration = kind === 'switchover' ? await stepInTheWay(context, standing) : null;
  const refusals = refusalsOf({ standing, chosen, target, unanswered: appointed && typeof asked === 'string' ? asked : null });
  const hindrance = refusals[0] ?? migration;
  const behind = chosen?.rowsBehind ?? null;
  const { alias } = standing;
  const from = standing.master;
  const name = chosen?.alias ?? target?.alias ?? 'nobody';
  return {
    replicaset: { uuid: standing.uuid, alias },
    kind,
    possible: hindrance === null,
    sentence: hindrance === null ? sentenceOf(kind, { alias, from: from?.alias ?? null, to: name }) : `${alias} cannot change its master now: ${hindrance}`,
    from,
    to: chosen ? { uuid: chosen.uuid, alias: chosen.alias } : null,
    reason: chosen?.why ?? 'No member can lead.',
    ...pauseOf(kind, status),
    rowsAtRisk: kind === 'switchover' && chosen ? 0 : behind,
    rowsSentence: rowsWords(kind, behind, name),
    candidates,
    routers: routersOf(context),
    steps: stepsOf(kind, { from: from?.alias ?? 'the old master', to: name }),
    migration,
    refusals,
    warnings: warningsOf(status, standing),
  };
}

function refusalsOf({ standing, chosen, target, unanswered }: { standing: ReplicasetStanding; chosen: CandidateRow | undefined; target: { alias: string; uuid: string } | null; unanswered: string | null }): string[] {
  if (standing.allRw) return [`Every instance of ${standing.alias} is writable: there is no one master to change.`];
  if (unanswered !== null) return [unanswered];
  if (standing.members.length < 2) return [`${standing.alias} has one instance only.`];
  if (target && target.uuid === standing.master?.uuid && isLed(standing)) return [`${target.alias} leads already.`];
  if (!chosen) return [`Nobody else can lead. ${standing.nextReason}`];
  return chosen.can || chosen.master ? [] : [`${chosen.alias} cannot lead: ${chosen.why}`];
}

const sentences: Readonly<Record<ChangePreview['kind'], (names: { alias: string; from: string | null; to: string }) => string>> = {
  switchover: ({ alias, from, to }) => `${to} takes ${alias} over from ${from ?? 'its master'}; no row is lost.`,
  promotion: ({ alias, from, to }) => `${to} becomes the master of ${alias}, as ${from ?? 'its master'} does not write.`,
  configuration: ({ alias, to }) => `${to} becomes the first of the priority of ${alias}.`,
};
const sentenceOf = (kind: ChangePreview['kind'], names: { alias: string; from: string | null; to: string }) => sentences[kind](names);

/** A few messages to the provider and the members; measured 1.9 ms to freeze and 0.5 ms to catch up, under load. */
function pauseOf(kind: ChangePreview['kind'], { settings, provider }: FailoverStatus): Pick<ChangePreview, 'expectedPauseMs' | 'worstPauseMs'> {
  const timing = timingOf(settings.leaseMs);
  const roundTripMs = provider?.roundTripMs ?? 2;
  if (kind === 'configuration') return { expectedPauseMs: 500, worstPauseMs: 15_000 };
  if (kind === 'switchover') return { expectedPauseMs: Math.ceil(10 + 3 * roundTripMs), worstPauseMs: timing.switchMs };
  return { expectedPauseMs: Math.ceil(timing.hearMs + 3 * roundTripMs), worstPauseMs: worstCase(timing).hostLostMs };
}

function rowsWords(kind: ChangePreview['kind'], behind: number | null, to: string): string {
  if (kind === 'configuration') return `${to} fetches the last rows before it writes, where the old master can be reached.`;
  if (kind === 'switchover') return behind === null || behind === 0 ? 'None is lost: the master stops first, and its last rows are waited for.' : `None is lost: ${to} lacks ${count(behind, 'row')} now and fetches them first.`;
  return behind === null ? 'Not known: the old master cannot be asked what it had.' : behind === 0 ? `${to} has all rows that are known of.` : `${to} lacks ${count(behind, 'row')} that another copy has; it fetches them where it can.`;
}

const steps: Readonly<Record<ChangePreview['kind'], (names: { from: string; to: string }) => string[]>> = {
  switchover: ({ from, to }) => [`${to} comes close to ${from}.`, `${from} stops writing and says what it has.`, `${to} has it.`, `The record names ${to}, with the next epoch.`, `${to} writes; the others follow it.`],
  promotion: ({ from, to }) => [`The lease of ${from} is over, or was given back.`, 'Everybody is heard.', `${to} fetches rows that another copy has.`, `The record names ${to}, with the next epoch.`, `${to} writes; the others follow it.`],
  configuration: ({ from, to }) => [`${to} becomes the first of the priority: a new version of the configuration, applied to all.`, `${from} becomes read-only.`, `${to} fetches its last rows and writes.`],
};
const stepsOf = (kind: ChangePreview['kind'], names: { from: string; to: string }) => steps[kind](names);

function warningsOf({ pause, mode }: FailoverStatus, { manual, durability, members }: ReplicasetStanding): string[] {
  return [
    ...(pause ? [`Failover is paused by ${pause.by}: orders of people are carried out, a lost master is not replaced.`] : []),
    ...(manual === null ? [] : [`Automatic failover of it waits for an acknowledgement: ${manual}`]),
    ...(mode === 'eventual' ? ['Mode eventual has no leases: two masters are possible for a moment.'] : []),
    ...(durability === 'availability' ? [] : members.filter(({ heard, disabled }) => !heard && !disabled).map(({ alias }) => `${alias} does not answer: durability ${durability} may have to wait for it.`)),
  ];
}

function routersOf({ services: { runtime } }: Context): ChangePreview['routers'] {
  return runtime.state.overview.instances.filter(({ roles, disabled, expelled }) => roles.includes('router') && !disabled && !expelled).map(({ uuid, alias }) => ({ uuid, alias }));
}
