import type { z } from 'zod';
import type { GossipMember, GossipObserver } from '~/contract/gossip.ts';
import type { Health } from '~/contract/shapes/view.ts';
import { compare } from './rows.ts';

/** The Gossip page's rows: who is there, and who sees whom as what. Shaping only, no drawing. */

export type Member = z.output<typeof GossipMember>;
export type Observer = z.output<typeof GossipObserver>;
export type State = Member['state'];

/** Up to this many members the matrix shows every pair; above it one row says what all observers think of a member. */
export const matrixMembersMax = 30;
export const observersOfMany = 10;

export const healthOfState: Readonly<Record<State, Health>> = { alive: 'ok', suspected: 'warning', dead: 'critical', left: 'unknown', unknown: 'unknown' };
const badness: readonly State[] = ['alive', 'left', 'unknown', 'suspected', 'dead'];
export const worstOf = (states: readonly State[]): State => states.reduce((worst, state) => (badness.indexOf(state) > badness.indexOf(worst) ? state : worst), 'alive');

/** "0.42 ms", "3.2 ms", "120 ms". */
export const rttText = (ms: number): string => `${ms < 0.995 ? ms.toFixed(2) : ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;

export const nameOf = ({ name, uuid }: { name: string | null; uuid: string }): string => name ?? uuid.slice(0, 8);

export type Filter = { readonly search: string; readonly state: State | null };

export function fits({ uuid, name, address, state }: Pick<Member, 'uuid' | 'name' | 'address' | 'state'>, filter: Filter): boolean {
  const text = filter.search.trim().toLowerCase();
  return (filter.state === null || state === filter.state) && (text === '' || [uuid, name ?? '', address].some((value) => value.toLowerCase().includes(text)));
}

export type MemberRow = Member & { /** The server that answers: it has no round trip to itself, and is where its peers say it is. */ readonly self: boolean };

/** The server that answers and all that it knows: what is not well first, so that a cut list never hides it, then servers. */
export function memberRows(members: readonly Member[], observers: readonly Observer[]): MemberRow[] {
  const others = members.map((member) => ({ ...member, self: false })).toSorted((a, b) => badness.indexOf(b.state) - badness.indexOf(a.state) || byKindAndName(a, b));
  const server = observers.find(({ kind }) => kind === 'server');
  if (server === undefined) return others;
  const told = observers.flatMap((observer) => observer.members.find(({ uuid }) => uuid === server.uuid) ?? [])[0];
  return [{ uuid: server.uuid, name: server.name, kind: 'server', address: told?.address ?? '', state: 'alive', generation: '', incarnation: told?.incarnation ?? '', rttMs: null, configVersion: null, since: null, self: true }, ...others];
}

const kinds: readonly Member['kind'][] = ['server', 'agent', 'unknown'];
const byKindAndName = (a: Member, b: Member) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || compare(nameOf(a), nameOf(b));

export type Cell =
  | { readonly kind: 'self' }
  /** The observer has never heard of this member, or has forgotten it. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'seen'; readonly state: State; readonly rttMs: number | null; readonly incarnation: string };

export type MatrixRow = { readonly observer: Observer; readonly cells: readonly Cell[] };
export type Column = { readonly uuid: string; readonly name: string };

/** Every member that at least one observer knows, in the order of the rows. */
export function columnsOf(observers: readonly Observer[]): Column[] {
  const known = new Map(observers.map((one) => [one.uuid, { uuid: one.uuid, name: nameOf(one), kind: one.kind as Member['kind'] }]));
  for (const { members } of observers) for (const one of members) if (!known.has(one.uuid)) known.set(one.uuid, { uuid: one.uuid, name: nameOf(one), kind: one.kind });
  return [...known.values()].toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || compare(a.name, b.name)).map(({ uuid, name }) => ({ uuid, name }));
}

export function matrixRows(observers: readonly Observer[], columns: readonly Column[]): MatrixRow[] {
  return observers.map((observer) => {
    const seen = new Map(observer.members.map((member) => [member.uuid, member]));
    const cells = columns.map(({ uuid }): Cell => {
      const member = seen.get(uuid);
      if (uuid === observer.uuid) return { kind: 'self' };
      return member === undefined ? { kind: 'absent' } : { kind: 'seen', state: member.state, rttMs: member.rttMs, incarnation: member.incarnation };
    });
    return { observer, cells };
  });
}

export type Opinion = { readonly column: Column; readonly worst: State; /** Observers that know it. */ readonly of: number; readonly alive: number; readonly others: readonly { state: State; by: readonly string[] }[]; readonly rttMaxMs: number | null };

/** One row a member in place of a column: what all observers think of it, what is not well first. */
export function opinionsOf(observers: readonly Observer[]): Opinion[] {
  const columns = columnsOf(observers);
  const views = new Map<string, { by: string; state: State; rttMs: number | null }[]>(columns.map(({ uuid }) => [uuid, []]));
  for (const observer of observers) for (const { uuid, state, rttMs } of observer.members) views.get(uuid)?.push({ by: nameOf(observer), state, rttMs });
  const opinions = columns.map((column): Opinion => {
    const all = views.get(column.uuid) ?? [];
    const states = [...new Set(all.map(({ state }) => state))].filter((state) => state !== 'alive');
    const rtts = all.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]));
    return { column, worst: worstOf(states), of: all.length, alive: all.filter(({ state }) => state === 'alive').length, others: states.map((state) => ({ state, by: all.filter((one) => one.state === state).map(({ by }) => by) })), rttMaxMs: rtts.length === 0 ? null : Math.max(...rtts) };
  });
  return opinions.toSorted((a, b) => badness.indexOf(b.worst) - badness.indexOf(a.worst));
}

/** What the page says above the matrix: nothing to see, or who is not seen alike. */
export function verdictOf(observers: readonly Observer[]): { health: Health; sentence: string } {
  const opinions = opinionsOf(observers);
  const silent = observers.filter(({ heard }) => !heard).map(nameOf);
  const split = opinions.filter(({ alive, others }) => alive > 0 && others.length > 0).map(({ column }) => column.name);
  const down = opinions.filter(({ worst, alive }) => worst !== 'alive' && worst !== 'left' && alive === 0).map(({ column }) => column.name);
  const parts = [
    ...(split.length > 0 ? [`${list(split)}: some see it alive and some do not`] : []),
    ...(down.length > 0 ? [`${list(down)}: seen alive by nobody`] : []),
    ...(silent.length > 0 ? [`${list(silent)}: did not tell`] : []),
  ];
  if (parts.length === 0) return { health: 'ok', sentence: 'All who were asked see all others alive.' };
  return { health: split.length + down.length > 0 ? 'warning' : 'unknown', sentence: `${parts.join('. ')}.` };
}

const listedMax = 4;
const list = (names: readonly string[]) => (names.length > listedMax ? `${names.slice(0, listedMax).join(', ')} and ${names.length - listedMax} more` : names.join(', '));

/** What all others who were asked say of one member. */
export function viewsOf(observers: readonly Observer[], uuid: string): { observers: Observer[]; verdict: { health: Health; sentence: string } | null } {
  const others = observers.filter((observer) => observer.uuid !== uuid);
  const heard = others.filter((observer) => observer.heard);
  if (heard.length === 0) return { observers: others, verdict: null };
  const states = heard.map(({ members }) => members.find((member) => member.uuid === uuid)?.state ?? 'unknown');
  const worst = worstOf(states);
  const alive = states.filter((state) => state === 'alive').length;
  const sentence = alive === states.length ? `All ${states.length} who were asked see it alive.` : alive === 0 ? `None of the ${states.length} who were asked sees it alive.` : `${alive} of ${states.length} who were asked see it alive, the others do not.`;
  return { observers: others, verdict: { health: healthOfState[worst], sentence } };
}
