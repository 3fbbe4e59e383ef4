import { CoterieError, problemOf } from '~/contract/errors.ts';
import type { Event } from '~/contract/shapes/view.ts';
import type { Incident, IncidentDetail, incidentStates, LostRowsRow } from '~/contract/shapes/incident.ts';
import { incidentDetailOf, type Window } from '~/core/incidents/detail.ts';
import { incidentsOf, parsedId, type Names } from '~/core/incidents/incident.ts';
import { groupBy } from '~/core/view/group.ts';
import { skewMs } from '~/server/runtime/failover/notes.ts';
import { settle } from '~/server/runtime/settle.ts';
import type { Context } from './context.ts';
import { pageOf } from './lists.ts';
import { findInstance, findReplicaset } from './names.ts';

/** Incidents, joined when they are asked for from what was noted. Nothing of them is written: a note that comes late is in it the next time. */

const notesMax = 20_000;
const eventsMax = 1000;
const callMs = 5000;

type Filter = { replicaset?: string | undefined; state?: (typeof incidentStates)[number] | undefined; since?: number | undefined; until?: number | undefined; limit: number; offset: number };

export async function incidents(context: Context, { replicaset, state, since, until, ...page }: Filter): Promise<Incident[]> {
  const { store, now, runtime } = context.services;
  const only = replicaset === undefined ? undefined : findReplicaset(context, replicaset).uuid;
  await runtime.failover.collect().catch(() => {});
  const [rows, decisions] = await Promise.all([store.failover.notes({ replicaset: only, limit: notesMax }), store.failover.decisions(only)]);
  const made = groupBy(decisions, (decision) => decision.replicaset);
  const all = [...groupBy(rows, (row) => row.replicaset)].flatMap(([uuid, own]) => incidentsOf(own, made.get(uuid) ?? [], { names: namesFor(context, uuid), now: now() }));
  // The first appointment of a new replicaset is no incident.
  const shown = all.filter((one) => one.epoch > 1 && (state === undefined || one.state === state) && (since === undefined || one.startedAt >= since) && (until === undefined || one.startedAt <= until));
  return pageOf(context, shown.toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1)), page);
}

export async function incident(context: Context, id: string): Promise<IncidentDetail> {
  const { store, now, runtime } = context.services;
  const parsed = parsedId(id);
  if (parsed === null) throw new CoterieError('BAD_INPUT', `"${id}" is no incident: give replicaset:epoch, as \`failover incidents\` lists them.`);
  const { uuid, alias } = findReplicaset(context, parsed.replicaset);
  const names = namesFor(context, uuid);
  await runtime.failover.collect().catch(() => {});
  const [rows, decisions] = await Promise.all([store.failover.notes({ replicaset: uuid, limit: notesMax }), store.failover.decisions(uuid)]);
  const { files, notes } = await lostOf(context, runtime.state.overview.instances.filter(({ replicaset: of }) => of?.uuid === uuid).map((view) => view.uuid));
  const lostRows = files.filter((file) => file.replicaset.uuid === uuid && file.epoch === parsed.epoch).map(({ instance, name, rows: count, complete }) => ({ instance, name, rows: count, complete }));
  const members = new Set(rows.map(({ agent }) => agent));
  const detail = await incidentDetailOf({ ...parsed, rows, decisions, names, now: now(), lostRows, notes: [...clockNotes(context, members), ...notes] }, (window) => eventsIn(context, { uuid, members }, window));
  if (detail) return detail;
  const known = incidentsOf(rows, decisions, { names, now: now() }).slice(0, 20).map((one) => one.id);
  throw new CoterieError('NOT_FOUND', `${alias} has no incident ${id}.${known.length === 0 ? ' Nothing has been noted of it.' : ` There are: ${known.join(', ')}.`}`, { candidates: known });
}

export function namesFor(context: Context, uuid: string): Names {
  const { instances, replicasets } = context.services.runtime.state.overview;
  const byUuid = new Map(instances.map((view) => [view.uuid, view.alias]));
  const expelled = context.services.runtime.versions.current?.config.expelled ?? {};
  return { replicaset: { uuid, alias: replicasets.find((view) => view.uuid === uuid)?.alias ?? uuid.slice(0, 8) }, instance: (member) => ({ uuid: member, alias: byUuid.get(member) ?? expelled[member]?.alias ?? member.slice(0, 8) }) };
}

async function eventsIn({ services: { store, runtime } }: Context, { uuid, members }: { uuid: string; members: ReadonlySet<string> }, window: Window): Promise<Event[]> {
  const own = new Set([uuid, ...members, ...runtime.state.overview.instances.filter(({ replicaset }) => replicaset?.uuid === uuid).map((view) => view.uuid)]);
  const events = await store.events.list({ ...window, limit: eventsMax });
  return events.filter(({ object, kind }) => own.has(object.id) || (object.kind === 'cluster' && (kind === 'config' || kind === 'action' || kind === 'issue')));
}

/** Times are of the agents' clocks, corrected by what this server measured. */
function clockNotes({ services: { runtime } }: Context, members: ReadonlySet<string>): string[] {
  return [...members].flatMap((uuid) => {
    const report = runtime.state.report(uuid);
    const alias = report?.status.alias ?? uuid.slice(0, 8);
    if (!report) return [`${alias} is not heard: what it noted since then is missing here.`];
    return report.clockOffsetMs === null || Math.abs(report.clockOffsetMs) < skewMs ? [] : [`The clock of ${alias} is ${Math.round(Math.abs(report.clockOffsetMs))} ms ${report.clockOffsetMs > 0 ? 'ahead' : 'behind'}; its times are corrected by that.`];
  });
}

/** Files in lost and found, of those that say they have some or are named. */
export async function lostOf(context: Context, uuids: readonly string[], named = false): Promise<{ files: LostRowsRow[]; notes: string[] }> {
  const { runtime } = context.services;
  const having = uuids.flatMap((uuid) => {
    const report = runtime.state.report(uuid);
    return named || (report?.status.failover?.lostRows ?? 0) > 0 ? [{ uuid, alias: report?.status.alias ?? uuid }] : [];
  });
  const answers = await settle(having, ({ uuid, alias }) => runtime.agents.client(uuid, alias).lostRows({}, { timeoutMs: callMs }));
  const files = answers.flatMap(({ item, value }) => (value ?? []).map(({ bytes, replicaset, ...file }): LostRowsRow => ({ ...file, sizeBytes: bytes, instance: item, replicaset: namesFor(context, replicaset).replicaset })));
  const notes = answers.flatMap(({ item, error }) => (error === null ? [] : [`The lost and found of ${item.alias} could not be read: ${problemOf(error).detail}`]));
  return { files: files.toSorted((a, b) => b.at - a.at), notes };
}

export async function lostRows(context: Context, instance: string | undefined): Promise<LostRowsRow[]> {
  if (instance === undefined) return (await lostOf(context, context.services.runtime.state.overview.instances.map(({ uuid }) => uuid))).files;
  const { files, notes } = await lostOf(context, [findInstance(context, instance).uuid], true);
  if (notes[0] !== undefined) throw new CoterieError('UNAVAILABLE', notes[0]);
  return files;
}
