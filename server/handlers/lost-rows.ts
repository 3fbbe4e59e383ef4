import * as z from 'zod';
import { CoterieError } from '~/contract/errors.ts';
import { LostRow, replayOutcomes, type LostRowsFile } from '~/contract/shapes/failover-view.ts';
import type { contract } from '~/contract/index.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { InstanceView } from '~/contract/shapes/view.ts';
import { replayShownMax, type Replayed } from '~/contract/lost-rows.ts';
import { everyRow, lastOf, selectionOf, type Selection } from '~/core/failover/selection.ts';
import type { AgentClient } from '~/link/protocol.ts';
import { act, step } from './action.ts';
import type { Intent } from './change.ts';
import type { Context, HandlersOf } from './context.ts';
import { replayInto, type ReplayTarget } from './lost-rows-replay.ts';
import { findInstance } from './names.ts';

/** Files of lost and found: read by the agent that has them, written again by the agent of the present master. */

const readMs = 30_000;
const pageRows = 500;
const rowsMax = 200_000;

type Operations = HandlersOf<Pick<typeof contract, 'failover'>>['failover'];

export const lostRowsHandlers: Pick<Operations, 'readLostRows' | 'exportLostRows' | 'replayLostRows' | 'discardLostRows'> = {
  readLostRows: async (context, { instance, name, limit, offset }) => {
    const { rows, total } = await clientOf(context, instance).readLostRows({ name, limit, offset }, { timeoutMs: readMs });
    return { rows: z.array(LostRow).parse(rows), total };
  },

  exportLostRows: async function* (context, { instance, name, from }, signal, lastEventId) {
    const client = clientOf(context, instance);
    let next = Math.max(from, /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) + 1 : 1);
    while (!signal.aborted) {
      const { rows } = await client.readLostRows({ name, offset: next - 1, limit: pageRows }, { timeoutMs: readMs, signal });
      if (rows.length === 0) return;
      for (const row of rows) yield { id: String(row.number), data: LostRow.parse(row) };
      next += rows.length;
    }
  },

  replayLostRows: async (context, { instance, name, rows, all, conflict, ...intent }) => {
    const client = clientOf(context, instance);
    const file = await fileOf(client, name);
    const selection = chosen(file, { rows, all });
    const master = masterOf(context, file.replicaset);
    const target: ReplayTarget = { source: client, name, master: context.services.runtime.agents.client(master.uuid, master.alias), alias: master.alias, replicaset: file.replicaset, conflict, newSession: context.services.newUuid };
    const place = conflict === 'overwrite' ? 'over what is there now' : 'where nothing else is now';
    const summary = `Write ${selection.count} of ${file.rows} rows of ${name} into ${master.alias}, ${place}.`;
    const steps = [step('store', master.uuid, [summary, file.why])];
    const partly = file.complete || file.note === null ? [] : [file.note];
    if (!intent.dryRun) {
      const outcome = await act(context, intent, { action: { summary, steps, warnings: partly }, run: () => replayInto(target, selection, { dryRun: false, shownMax: replayShownMax }) });
      return { ...outcome, plan: { ...outcome.plan, changes: changesOf(outcome.data) } };
    }
    const tried = await replayInto(target, selection, { dryRun: true, shownMax: replayShownMax });
    const outcome = await act(context, intent, { action: { summary, steps, warnings: [...partly, ...warningsOf(tried)] }, run: async () => tried });
    return { ...outcome, data: tried };
  },

  discardLostRows: async (context, { instance, name, confirm, ...intent }) => discarded(context, intent, { instance, name, confirm }),
};

async function discarded(context: Context, intent: Intent, { instance, name, confirm }: { instance: string; name: string; confirm: string | undefined }) {
  const view = findInstance(context, instance);
  const client = clientOf(context, instance);
  const file = await fileOf(client, name);
  if (!intent.dryRun && confirm !== view.alias && confirm !== instance) throw new CoterieError('BAD_INPUT', `The rows are gone for good: give the name of the instance, ${view.alias}, once more in \`confirm\`.`, { instance: view.uuid });
  const summary = `Delete ${name} with ${file.rows} rows that only ${view.alias} had.`;
  return act(context, intent, { action: { summary, steps: [step('store', view.uuid, [summary, 'You asked for it.'])] }, run: () => client.discardLostRows({ name }, { timeoutMs: readMs }) });
}

function clientOf(context: Context, instance: string): AgentClient {
  const { uuid, alias } = findInstance(context, instance);
  return context.services.runtime.agents.client(uuid, alias);
}

async function fileOf(client: AgentClient, name: string): Promise<LostRowsFile> {
  const file = (await client.lostRows({}, { timeoutMs: readMs })).find((one) => one.name === name);
  if (!file) throw new CoterieError('NOT_FOUND', `There is no file ${name} in its lost and found. See \`failover lost-rows\`.`);
  return file;
}

function chosen(file: LostRowsFile, { rows, all }: { rows: readonly string[] | undefined; all: boolean }): Selection {
  if ((rows === undefined) === !all) throw new CoterieError('BAD_INPUT', 'Name the rows, or say that all are meant: one of `rows` and `all`.');
  const selection = rows === undefined ? everyRow(file.rows) : selectionOf(rows);
  if (lastOf(selection) > file.rows) throw new CoterieError('BAD_INPUT', `${file.name} has ${file.rows} rows; there is no row ${lastOf(selection)}.`);
  if (selection.count > rowsMax) throw new CoterieError('REFUSED', `${selection.count} rows are too many for one replay: do it in parts of at most ${rowsMax}.`);
  return selection;
}

function masterOf(context: Context, replicaset: string): InstanceView {
  const { instances, replicasets } = context.services.runtime.state.overview;
  const master = instances.find((one) => one.replicaset?.uuid === replicaset && one.leadership === 'master');
  if (master) return master;
  const alias = replicasets.find(({ uuid }) => uuid === replicaset)?.alias;
  throw new CoterieError('REFUSED', alias === undefined ? 'The replicaset that the rows are of is not there any more.' : `${alias} has no master now that they could be written to.`, { replicaset });
}

/** For the audit log: how many of each outcome. */
function changesOf(replayed: Replayed | null): Change[] {
  const counted = replayOutcomes.flatMap((outcome): Change[] => (replayed === null || replayed.counts[outcome] === 0 ? [] : [{ path: `rows/${outcome}`, kind: 'added', after: replayed.counts[outcome], sentence: `${replayed.counts[outcome]} rows: ${outcome}` }]));
  return replayed === null || replayed.stopped === null ? counted : [...counted, { path: 'stopped', kind: 'added', after: replayed.stopped, sentence: replayed.stopped }];
}

const warned = 10;

function warningsOf({ sentence, outcomes, counts, stopped }: Replayed): string[] {
  const hindered = outcomes.filter(({ outcome }) => outcome !== 'overwritten');
  const lines = hindered.slice(0, warned).map(({ number, outcome, why }) => `Row ${number}: ${outcome}${why === null ? '' : `, ${why}`}.`);
  const rest = counts.conflict + counts.refused + counts.withheld - lines.length;
  return [...(hindered.length + counts.overwritten > 0 ? [sentence] : []), ...lines, ...(rest > 0 ? [`${rest} more rows would not be written.`] : []), ...(stopped === null ? [] : [stopped])];
}
