import type { Event } from '~/contract/shapes/view.ts';
import type { IncidentDetail, TimelineEntry } from '~/contract/shapes/incident.ts';
import type { DecisionView } from '~/contract/shapes/failover-view.ts';
import { groupsOf } from './group.ts';
import { incidentOf, lengthOf, stoppedAt, type Names } from './incident.ts';
import { before, wordsOf, type TrailRow } from './rows.ts';

/** An incident with everything that is known of it, on one line of time. */

export type DetailInput = {
  readonly epoch: number;
  readonly attempt: number;
  /** Of the replicaset, all of them. */
  readonly rows: readonly TrailRow[];
  readonly decisions: readonly DecisionView[];
  readonly names: Names;
  readonly now: number;
  readonly lostRows: IncidentDetail['lostRows'];
  readonly notes: readonly string[];
};

export type Window = { readonly since: number; readonly until: number };

/** What happened shortly before and after belongs to the picture. */
const aroundMs = 15_000;

export function windowOf({ startedAt, endedAt }: { startedAt: number; endedAt: number | null }, now: number): Window {
  return { since: startedAt - aroundMs, until: (endedAt ?? now) + aroundMs };
}

/** Null: there is none. `eventsIn` gives what the timeline of the cluster has of a window. */
export async function incidentDetailOf(input: DetailInput, eventsIn: (window: Window) => Promise<readonly Event[]>): Promise<IncidentDetail | null> {
  const { names, now, rows, decisions } = input;
  const groups = groupsOf(rows, decisions);
  const ofEpoch = groups.filter(({ epoch, rows: own }) => epoch === input.epoch && own.length > 0);
  // Where nothing came of it yet, the last try stands for it.
  const group = ofEpoch.find(({ attempt }) => attempt === input.attempt) ?? (input.attempt === 0 ? ofEpoch.at(-1) : undefined);
  if (!group) return null;
  const newest = Math.max(0, ...groups.filter((one) => one.made).map(({ epoch }) => epoch));
  const incident = incidentOf(group, { names, now, newest });
  const window = windowOf(incident, now);
  const others = groups.filter((one) => one !== group).flatMap((one) => one.rows);
  // Also what is nobody's: who became coordinator, who lost the provider.
  const mine = rows.filter((row) => row.at >= window.since && row.at <= window.until && !others.includes(row));
  const entries = [...mine.map((row) => ofTrail(row, incident.startedAt, names)), ...(await eventsIn(window)).filter(({ kind }) => kind !== 'failover').map((event) => ofEvent(event, incident.startedAt))];
  const stopped = stoppedAt(group, incident.from?.uuid ?? null);
  return {
    ...incident,
    epochs: { from: group.epoch > 1 ? group.epoch - 1 : null, to: group.epoch },
    evidence: group.decision ? group.decision.evidence.map((sentence) => withNames(sentence, names)) : group.rows.filter(({ what }) => before.has(what)).map((row) => wordsOf(row, names.instance(row.agent).alias, (text) => withNames(text, names))),
    decision: group.decision && { ...group.decision, evidence: group.decision.evidence.map((sentence) => withNames(sentence, names)) },
    timeline: entries.toSorted((a, b) => a.at - b.at),
    readOnlySentence: readOnlyWords(incident, stopped?.certain ?? null),
    rowsSentence: rowsWords(incident, input.lostRows),
    lostRows: [...input.lostRows],
    notes: [...input.notes],
  };
}

function ofTrail(row: TrailRow, startedAt: number, names: Names): TimelineEntry {
  const instance = names.instance(row.agent);
  return { at: row.at, sinceStartMs: row.at - startedAt, source: row.by, what: row.what, instance, epoch: row.epoch, sentence: wordsOf(row, instance.alias, (text) => withNames(text, names)), detail: row.detail, actor: null };
}

const sources: Readonly<Record<Event['kind'], TimelineEntry['source']>> = { health: 'health', decision: 'config', action: 'operator', config: 'config', process: 'process', gossip: 'gossip', issue: 'issue', access: 'operator', failover: 'coordinator', sharding: 'coordinator' };

function ofEvent({ at, kind, object, sentence, actor }: Event, startedAt: number): TimelineEntry {
  return { at, sinceStartMs: at - startedAt, source: sources[kind], what: kind, instance: object.kind === 'instance' ? { uuid: object.id, alias: object.name } : null, epoch: null, sentence, detail: null, actor };
}

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Machines write uuids; people read names. */
export const withNames = (text: string, names: Names): string => text.replaceAll(uuids, (uuid) => (uuid === names.replicaset.uuid ? names.replicaset.alias : names.instance(uuid).alias));

function readOnlyWords({ readOnlyMs, state }: Pick<IncidentDetail, 'readOnlyMs' | 'state'>, certain: boolean | null): string {
  if (readOnlyMs !== null) return certain === true ? `Nobody could write for ${lengthOf(readOnlyMs)}, by the notes of the old master and the new one.` : `Nobody could write for at most ${lengthOf(readOnlyMs)}: the old master has left no note, so this counts from its last renewal that was seen.`;
  if (state === 'open') return 'Still open.';
  return state === 'aborted' ? 'The master stayed; how long it held its writes back is not noted.' : 'Not known: neither the old master nor the coordinator noted when it stopped.';
}

function rowsWords({ rowsLost, state }: Pick<IncidentDetail, 'rowsLost' | 'state'>, files: IncidentDetail['lostRows']): string {
  const kept = files.reduce((sum, { rows }) => sum + rows, 0);
  if (kept > 0) return `${kept} rows that only an old master had are kept in lost and found.`;
  if (rowsLost === 0) return 'No row was lost.';
  if (rowsLost !== null) return `${rowsLost} rows of the old master were not on the new one when it was chosen. If the old copy comes back they are put into lost and found.`;
  return state === 'done' ? 'Not known: the old master could not be asked. If its copy comes back with rows of its own, they are put into lost and found.' : 'None: the master did not change.';
}
