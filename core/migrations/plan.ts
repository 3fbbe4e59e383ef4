import type { Refusal } from '~/contract/shapes/plan.ts';
import { isUnderWay, leftNothing, standingsIn, standingText, type Standing, type There } from './standing.ts';

/** Which steps an order runs on one replicaset, in their order; or what stands in its way. */

export type Wanted = {
  readonly direction: 'up' | 'down';
  readonly role: string | null;
  /** Up to this number; down: what stays. */
  readonly to: number | null;
  /** Also those that stopped and may have left something. */
  readonly resume: boolean;
};

export type PlannedStep = { readonly role: string; readonly name: string; readonly hash: string; readonly standing: string | null; readonly again: boolean };
export type MigrationPlan = { readonly steps: readonly PlannedStep[]; readonly refusals: readonly Refusal[] };

/** For sentences: alias of the replicaset, and the time as people read it. */
export type Where = { readonly alias: string; readonly clock: (at: number) => string };

export function migrationPlan(there: There, wanted: Wanted, where: Where): MigrationPlan {
  const standings = standingsIn(there).filter(({ step, state }) => state !== 'gone' && (wanted.role === null || step.role === wanted.role));
  const busy = isUnderWay(there.run) ? [refusal('busy', where, [`${there.run.by} runs migrations on ${where.alias} since ${where.clock(there.run.at)}${there.run.name === null ? '' : `: ${there.run.role}/${there.run.name}`}.`, `Wait for it, or break it off: \`coterie migration abort ${where.alias}\`.`])] : [];
  const chosen = wanted.direction === 'up' ? upwards(standings, wanted) : downwards(standings, wanted);
  const steps = chosen.map(({ step, hash, record }): PlannedStep => ({ role: step.role, name: step.name, hash: hash ?? '', standing: standingText(record), again: record !== null && !(record.whole && record.state !== 'done') }));
  const faults = wanted.direction === 'up' ? upFaults(standings, { ...wanted, where }) : downFaults(standings, { ...wanted, where });
  return { steps, refusals: [...busy, ...(busy.length > 0 ? [] : faults)] };
}

const refusal = (code: string, { alias }: Where, [sentence, wayOut]: readonly [string, string]): Refusal => ({ code, target: alias, sentence, wayOut });

const stopped = ({ state }: Standing): boolean => state === 'failed' || state === 'interrupted';
const within = ({ step }: Standing, to: number | null): boolean => to === null || step.number <= to;

/** One that may have left something is refused where it is not asked for. */
const upwards = (standings: readonly Standing[], { to }: Wanted): Standing[] => standings.filter((one) => within(one, to) && (one.state === 'pending' || stopped(one)));

const behind = ({ step }: Standing, to: number | null): boolean => step.number > (to ?? 0);
const wayBackStopped = (one: Standing): boolean => stopped(one) && one.record?.direction === 'down';

const downwards = (standings: readonly Standing[], { to }: Wanted): Standing[] =>
  standings.filter((one) => behind(one, to) && (one.state === 'done' || one.state === 'changed' || wayBackStopped(one))).toReversed();

type Asked = Wanted & { readonly where: Where };

function upFaults(standings: readonly Standing[], { to, resume, where }: Asked): Refusal[] {
  const { alias } = where;
  return standings.filter((one) => within(one, to)).flatMap((one) => {
    const { step, state, record } = one;
    const name = `${step.role}/${step.name}`;
    const later = standings.findLast((other) => other.step.role === step.role && other.state !== 'pending');
    if (state === 'changed') return [refusal('changed', where, [`${name} has another text than when it ran on ${alias}.`, `Put the old text back; or, where the rows are as the new one has it, \`coterie migration mark ${step.role} ${step.name} ${alias} --as done\`.`])];
    if (stopped(one) && record?.direction === 'down') return [refusal('wayBack', where, [`The way back of ${name} stopped on ${alias}.`, `Take it back again by \`coterie migration down\`, or say by \`migration mark\` what it is.`])];
    if (stopped(one) && !resume && !leftNothing(one)) return [refusal(state, where, [`${name} ${state === 'failed' ? `failed on ${alias}${record?.error ? ` (${record.error})` : ''}` : `was interrupted on ${alias}`}, and may have left something.`, 'Look at its rows. `coterie migration resume` runs it again from its beginning; `migration mark` says that it is done.'])];
    if (state === 'pending' && later && standings.indexOf(later) > standings.indexOf(one)) return [refusal('outOfOrder', where, [`${name} comes before ${later.step.name}, which was run on ${alias} already.`, `Give it a number behind ${later.step.number}; or \`coterie migration mark ${step.role} ${step.name} ${alias} --as done\` where it is not needed there.`])];
    return [];
  });
}

function downFaults(standings: readonly Standing[], { to, where }: Asked): Refusal[] {
  const { alias } = where;
  return standings.filter((one) => behind(one, to)).flatMap((one) => {
    const name = `${one.step.role}/${one.step.name}`;
    if (stopped(one) && !wayBackStopped(one)) return [refusal('stopped', where, [`${name} ${one.state === 'failed' ? 'failed' : 'was interrupted'} on ${alias}: its way back may not fit what is there.`, 'First `coterie migration resume`, or say by `migration mark` what it is.'])];
    if (one.state !== 'pending' && !one.step.down) return [refusal('noWayBack', where, [`${name} has no way back.`, `Write ${one.step.file.replace(/\.lua$/, '.down.lua')}, or name a number of at least ${one.step.number}.`])];
    return [];
  });
}
