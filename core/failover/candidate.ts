import { ahead, type Copy } from './divergence.ts';
import type { InstanceReport } from './messages.ts';
import { componentOf, rowsIn, type Vclock } from './vclock.ts';
import type { MemberSettings } from './settings.ts';

/**
 * Who should lead, with a reason for every member why it can or cannot. The one idea: first whoever is furthest in the
 * newest history, because what it lacks is lost; zone and priority only decide between equals. A copy that its last
 * master would call diverged is not left out: the rows that it has may be the only copy of acknowledged ones.
 */
export type Heard = { readonly report: InstanceReport | null; readonly why: string | null };

export type ChoiceInput = {
  readonly members: readonly MemberSettings[];
  /** Absent: it was not asked, or did not answer. */
  readonly heard: ReadonlyMap<string, Heard>;
  readonly preferredZone: string | null;
  /** Who leads or led last: stays so among equals. */
  readonly current: string | null;
  /** Only this one will do, because a person said so. */
  readonly only?: string;
  /** Who cannot lead now, with the sentence. */
  readonly excluded?: ReadonlyMap<string, string>;
};

export type Standing = {
  readonly uuid: string;
  readonly can: boolean;
  /** Sentences. */
  readonly why: string;
  readonly copy: Copy | null;
};

export type Choice = {
  /** Best first, those that cannot lead behind. */
  readonly standings: readonly Standing[];
  readonly chosen: string | null;
  /** Who has the most rows, leader or not. */
  readonly most: string | null;
  /** Let the chosen one fetch from `most` first: it lacks so many rows. */
  readonly behindRows: number;
};

export function choose(input: ChoiceInput): Choice {
  const { members, heard } = input;
  const standings = members.map((member) => standingOf(member, input)).toSorted((a, b) => better(a, b, input));
  const copies = [...heard].flatMap(([uuid, { report }]) => (report?.hasData ? [{ uuid, copy: report.copy }] : []));
  const most = copies.toSorted((a, b) => ahead(b.copy, a.copy))[0] ?? null;
  const able = standings.filter(({ can }) => can);
  const preferred = input.preferredZone === null ? undefined : able.find(({ uuid }) => zoneOf(members, uuid) === input.preferredZone);
  const chosen = preferred ?? able[0] ?? null;
  const behindRows = most && chosen?.copy && ahead(most.copy, chosen.copy) > 0 ? Math.max(1, lacking(chosen.copy, most.copy)) : 0;
  return { standings, chosen: chosen?.uuid ?? null, most: most?.uuid ?? null, behindRows };
}

const zoneOf = (members: readonly MemberSettings[], uuid: string): string | null => members.find((member) => member.uuid === uuid)?.zone ?? null;

export const lacking = (copy: Copy, from: { readonly vclock: Vclock }): number => Object.entries(from.vclock).reduce((sum, [origin, lsn]) => (origin === '0' ? sum : sum + Math.max(0, lsn - componentOf(copy.vclock, origin))), 0);

function standingOf(member: MemberSettings, input: ChoiceInput): Standing {
  const { uuid } = member;
  const heard = input.heard.get(uuid);
  const report = heard?.report ?? null;
  const copy = report?.hasData ? report.copy : null;
  const no = (why: string): Standing => ({ uuid, can: false, why, copy });
  if (input.only !== undefined && input.only !== uuid) return no('Another one was asked for.');
  const excluded = input.excluded?.get(uuid);
  if (excluded !== undefined) return no(excluded);
  if (member.disabled) return no('It is disabled.');
  if (member.anonymous) return no('It is an anonymous replica, which cannot write.');
  if (!member.electable && !report?.unleased) return no('It is not electable.');
  if (!heard) return no('Its agent did not answer.');
  if (!report) return no(heard.why ?? 'Its instance is not running.');
  if (report.sick !== null) return no(`It is sick: ${report.sick}`);
  return { uuid, can: true, why: copy ? `It can be reached and has ${rowsIn(copy.vclock)} rows.` : 'It can be reached and is empty.', copy };
}

function better(a: Standing, b: Standing, { members, current, preferredZone }: ChoiceInput): number {
  if (a.can !== b.can) return a.can ? -1 : 1;
  if (a.copy && b.copy) {
    const rows = ahead(b.copy, a.copy);
    if (rows !== 0) return rows;
  } else if (a.copy || b.copy) return a.copy ? -1 : 1;
  if ((a.uuid === current) !== (b.uuid === current)) return a.uuid === current ? -1 : 1;
  const [one, other] = [a, b].map(({ uuid }) => members.find((member) => member.uuid === uuid));
  if (!one || !other) return 0;
  const wanted = preferredZone ?? zoneOf(members, current ?? '');
  if (wanted !== null && (one.zone === wanted) !== (other.zone === wanted)) return one.zone === wanted ? -1 : 1;
  return one.priority - other.priority || (one.uuid < other.uuid ? -1 : 1);
}
