import type { Incident } from '~/contract/shapes/incident.ts';
import type { Named } from '~/contract/shapes/failover-status.ts';
import { groupsOf, type Group } from './group.ts';
import type { DecisionView } from '~/contract/shapes/failover-view.ts';
import type { TrailRow } from './rows.ts';

/** One group of notes as people read it in a list. */

export type Names = { readonly replicaset: Named; readonly instance: (uuid: string) => Named };

/** Nobody has noted anything for so long: what was not made will not be. */
const quietMs = 60_000;

export function incidentsOf(rows: readonly TrailRow[], decisions: readonly DecisionView[], { names, now }: { names: Names; now: number }): Incident[] {
  const groups = groupsOf(rows, decisions);
  const newest = Math.max(0, ...groups.filter((group) => group.made).map(({ epoch }) => epoch));
  return groups.flatMap((group) => (group.rows.length === 0 ? [] : [incidentOf(group, { names, now, newest })])).toSorted((a, b) => b.startedAt - a.startedAt);
}

export const idOf = (replicaset: string, { epoch, attempt }: Pick<Group, 'epoch' | 'attempt'>): string => `${replicaset}:${epoch}${attempt === 0 ? '' : `:${attempt}`}`;

/** Null where it is none. */
export function parsedId(id: string): { replicaset: string; epoch: number; attempt: number } | null {
  const match = /^([^:]{1,63}):(\d{1,9})(?::(\d{1,6}))?$/.exec(id);
  return match && { replicaset: match[1]!, epoch: Number(match[2]), attempt: Number(match[3] ?? 0) };
}

export function incidentOf(group: Group, { names, now, newest }: { names: Names; now: number; newest: number }): Incident {
  const { rows, decision, epoch } = group;
  const first = rows[0]!;
  const last = rows.at(-1)!;
  const promoted = rows.find(({ what }) => what === 'promoted');
  const state = stateOf(group, { promoted, quiet: now - last.at > quietMs, newest });
  const cause = decision?.cause ?? causeOf(group);
  const from = decision?.from ?? rows.find(({ what, by }) => by === 'member' && (what === 'frozen' || what === 'exited' || what === 'released' || what === 'lapsed' || what === 'lost'))?.agent ?? null;
  const to = decision?.to ?? promoted?.agent ?? rows.find(({ what, by }) => what === 'confirmed' && by === 'member')?.agent ?? null;
  const stopped = from === to && cause !== 'crash' && cause !== 'expiry' ? null : stoppedAt(group, from);
  const incident = {
    id: idOf(names.replicaset.uuid, group),
    replicaset: names.replicaset,
    epoch,
    cause,
    state,
    from: from === null ? null : names.instance(from),
    to: to === null ? null : names.instance(to),
    startedAt: first.at,
    endedAt: state === 'open' ? null : (promoted ?? last).at,
    readOnlyMs: promoted && stopped ? Math.max(0, promoted.at - stopped.at) : null,
    rowsLost: decision?.rowsLost ?? null,
  };
  return { ...incident, sentence: sentenceOf(incident) };
}

function stateOf({ made, rows, epoch }: Group, { promoted, quiet, newest }: { promoted: TrailRow | undefined; quiet: boolean; newest: number }): Incident['state'] {
  if (promoted || rows.some(({ what }) => what === 'confirmed')) return 'done';
  if (rows.at(-1)?.what === 'aborted' || epoch < newest || (quiet && !made)) return 'aborted';
  return 'open';
}

function causeOf({ rows }: Group): Incident['cause'] {
  if (rows.some(({ what }) => what === 'switching' || what === 'frozen')) return 'switchover';
  if (rows.some(({ what }) => what === 'exited' || what === 'released')) return 'crash';
  return rows.some(({ what }) => what === 'lapsed') ? 'expiry' : null;
}

export type Stopped = { readonly at: number; /** By the old master's own note; otherwise by what the coordinator had last seen of it. */ readonly certain: boolean };

/** The old master's last moment. */
export function stoppedAt({ rows, decision }: Group, from: string | null): Stopped | null {
  const own = rows.find(({ what, agent, by }) => by === 'member' && agent === from && (what === 'frozen' || what === 'demoted' || what === 'exited' || what === 'released' || what === 'lapsed'));
  if (own) return { at: own.at, certain: true };
  const decided = rows.find(({ what }) => what === 'decided');
  const silent = decision?.evidence.map((sentence) => /not renewed the lease of epoch \d+ for (\d+) ms/.exec(sentence)).find((match) => match !== null);
  return decided && silent ? { at: decided.at - Number(silent[1]), certain: false } : null;
}

const causeWords: Readonly<Record<NonNullable<Incident['cause']>, string>> = {
  first: 'the first appointment', adopted: 'taken over from the configuration', crash: 'its process ended', expiry: 'its lease ran out', switchover: 'a switchover', autoreturn: 'the return to the preferred one', forced: 'forced by somebody', restored: 'the state provider was put back',
};

function sentenceOf({ replicaset, state, from, to, cause, epoch, readOnlyMs, rowsLost }: Omit<Incident, 'sentence'>): string {
  const why = cause === null ? '' : ` (${causeWords[cause]})`;
  const lost = rowsLost === null || rowsLost === 0 ? '' : ` ${rowsLost} rows of the old master are missing in it.`;
  switch (state) {
    case 'done': {
      const who = from === null || from.uuid === to?.uuid ? `${to?.alias ?? 'A master'} leads ${replicaset.alias}${from === null ? '' : ' again'}` : `${to?.alias ?? 'Another one'} leads ${replicaset.alias} instead of ${from.alias}`;
      return `${who} in epoch ${epoch}${why}${readOnlyMs === null ? '' : `; no writes for ${lengthOf(readOnlyMs)}`}.${lost}`;
    }
    case 'aborted':
      return `A change of the master of ${replicaset.alias} was given up${why}${from === null ? '' : `; ${from.alias} led before`}.`;
    case 'open':
      return `${replicaset.alias} changes its master${why}${from === null ? '' : `; ${from.alias} led before`}.`;
  }
}

export const lengthOf = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`);
