import type { DecisionView } from '~/contract/shapes/failover-view.ts';
import { after, before, epochOf, made, type TrailRow } from './rows.ts';

/**
 * The notes of everybody about one replicaset, sorted into changes of its master. The one idea: an epoch is made once,
 * so whatever ends epoch n - 1 and whatever makes epoch n are one incident; what was given up on the way is one of its own.
 */
export type Group = {
  readonly epoch: number;
  /** 0: the change itself. Otherwise the n-th try that was given up. */
  readonly attempt: number;
  /** Oldest first. */
  readonly rows: readonly TrailRow[];
  readonly decision: DecisionView | null;
  readonly made: boolean;
};

/** Signs that lie further apart have nothing to do with each other. */
const gapMs = 300_000;
/** Coordinator and master both note that a switchover was given up. */
const sameMs = 5000;

/** All of one replicaset, oldest change first. */
export function groupsOf(rows: readonly TrailRow[], decisions: readonly DecisionView[]): Group[] {
  const sorted = rows.toSorted((a, b) => a.at - b.at || a.number - b.number);
  const decided = new Map(decisions.map((decision) => [decision.epoch, decision]));
  const epochs = new Set<number>([...decided.keys(), ...sorted.flatMap((row) => (made.has(row.what) ? [epochOf(row)] : []))]);
  const makers = new Map<number, TrailRow[]>();
  const signs = new Map<number, TrailRow[]>();
  const put = (map: Map<number, TrailRow[]>, epoch: number, row: TrailRow) => map.set(epoch, [...(map.get(epoch) ?? []), row]);
  for (const row of sorted) {
    const epoch = epochOf(row);
    if (made.has(row.what) || (after.has(row.what) && epochs.has(epoch) && follows(row, makers.get(epoch)))) put(makers, epoch, row);
    else if (before.has(row.what) || after.has(row.what) || row.what === 'aborted') put(signs, epoch + 1, row);
  }
  const all = new Set([...epochs, ...signs.keys()]);
  return [...all].toSorted((a, b) => a - b).flatMap((epoch) => ofEpoch(epoch, { signs: signs.get(epoch) ?? [], makers: makers.get(epoch) ?? [], decision: decided.get(epoch) ?? null, made: epochs.has(epoch) }));
}

/** An epoch that is long made and lived in: a copy that is rebuilt in it is no part of how it began. */
const follows = (row: TrailRow, makers: readonly TrailRow[] | undefined): boolean => makers === undefined || row.at - makers[0]!.at < gapMs;

function ofEpoch(epoch: number, { signs, makers, decision, made: isMade }: { signs: readonly TrailRow[]; makers: readonly TrailRow[]; decision: DecisionView | null; made: boolean }): Group[] {
  const tries: TrailRow[][] = [[]];
  let over = false;
  for (const row of signs) {
    const current = tries.at(-1)!;
    const last = current.at(-1);
    const again = over && row.what === 'aborted' && last !== undefined && row.at - last.at < sameMs;
    if (!again && last !== undefined && (over || row.at - last.at > gapMs)) tries.push([]);
    tries.at(-1)!.push(row);
    over = row.what === 'aborted';
  }
  const rest = tries.at(-1)!;
  const first = makers[0]?.at;
  // What the change itself began with: the last try, if it was not given up and is near.
  const own = isMade && !over && rest.length > 0 && (first === undefined || first - rest.at(-1)!.at < gapMs) ? rest : [];
  const given = tries.filter((one) => one.length > 0 && one !== own).filter(worthTelling);
  const groups = given.map((one, index): Group => ({ epoch, attempt: index + 1, rows: one, decision: null, made: false }));
  return isMade ? [...groups, { epoch, attempt: 0, rows: [...own, ...makers].toSorted((a, b) => a.at - b.at), decision, made: true }] : groups;
}

/** A copy that became read-only or was rebuilt, or a master that wrote on by promises, and nothing else, was no try. */
const worthTelling = (rows: readonly TrailRow[]): boolean => rows.some(({ what }) => (before.has(what) && what !== 'failsafe') || what === 'aborted');
