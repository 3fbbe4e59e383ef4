import { CoterieError } from '~/contract/errors.ts';
import type { ChangePreview, FailoverStatus, Named } from '~/contract/shapes/failover-status.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import { act, step } from './action.ts';
import { changeByEdits, type Intent } from './change.ts';
import type { Context } from './context.ts';
import { changed } from './failover-orders.ts';
import { standingOf } from './failover-names.ts';
import { previewOf } from './failover-preview.ts';
import { migrationWayOut } from './migration-in-the-way.ts';

/** `failover switch` and `failover promote`: shown as the preview shows them, carried out as they were shown. */

export type Wanted = { readonly replicaset: string; readonly to: string | undefined; /** Absent: the master has to be there, to hand over. */ readonly promote?: { readonly force: boolean } };

export async function changeMaster(context: Context, intent: Intent, { replicaset, to, promote }: Wanted) {
  const found = await standingOf(context, replicaset);
  const preview = await previewOf(context, found, to);
  const { standing } = found;
  const target = preview.to;
  if (preview.kind === 'configuration' && !standing.allRw && target && preview.possible) return byPriority(context, intent, { preview, target });
  // It leads already: nothing to do, and nothing wrong.
  const idle = to !== undefined && standing.master?.uuid === target?.uuid && target !== null && standing.phase === 'normal' && preview.kind === 'switchover';
  const refusals = idle ? [] : refusalsOf(preview, found.status, promote);
  const action = {
    summary: idle ? `${target.alias} leads ${standing.alias} already.` : preview.sentence,
    steps: idle ? [] : preview.steps.map((sentence, index) => step(index === 0 ? 'moveMaster' : 'fence', standing.uuid, [sentence, index === 0 ? preview.reason : ''])),
    refusals,
    warnings: [...(promote?.force === true && preview.kind === 'promotion' ? [`Forced: members that do not answer are not waited for. ${preview.rowsSentence}`] : []), ...preview.warnings],
  };
  return act(context, intent, { action, run: () => (idle ? still(standing.alias, { target, epoch: standing.epoch }) : carriedOut(context, intent, { preview, target: target!, promote })) });
}

const still = async (replicaset: string, { target, epoch }: { target: Named; epoch: number }) => ({ replicaset, master: target.alias, epoch, tookMs: 0, sentence: `${target.alias} leads ${replicaset} already.` });

function refusalsOf(preview: ChangePreview, { source }: FailoverStatus, promote: Wanted['promote']): Refusal[] {
  const { replicaset, refusals, kind, from, migration } = preview;
  const of = (code: string, sentence: string, wayOut: string): Refusal => ({ code, target: replicaset.uuid, sentence, wayOut });
  if (kind === 'promotion' && promote === undefined) return [of('noMaster', `${from?.alias ?? 'The master'} of ${replicaset.alias} does not write, so it cannot hand over.`, preview.to ? `It is being replaced, unless failover is paused or manual. To make somebody the master: \`failover promote ${preview.to.alias}\`.` : 'See `failover candidates`.')];
  // Members that a person means to do without are no reason to refuse the person.
  const forced = promote?.force === true && preview.to !== null && source.kind === 'coordinator';
  if (forced) return [];
  const broken = migration === null ? [] : [of('migrating', migration, migrationWayOut(replicaset.alias))];
  return [...broken, ...refusals.map((sentence) => of('cannotLead', sentence, `See \`failover candidates ${replicaset.alias}\`.${promote && !promote.force ? ' Where the others are gone for good: --force.' : ''}`))];
}

async function carriedOut(context: Context, { reason }: Intent, { preview, target, promote }: { preview: ChangePreview; target: Named; promote: Wanted['promote'] }) {
  const { replicaset, from } = preview;
  const { orders } = context.services.runtime.failover;
  const move = { replicaset, from, to: target, state: 'moving' as const, sentence: preview.sentence, tookMs: null };
  const running = orders.begin({ kind: promote ? 'promote' : 'switch', sentence: preview.sentence, by: signedIn(context).user, reason: reason ?? null, moves: [move] });
  try {
    const { master, epoch, tookMs } = await changed(context, { replicaset, target, promote });
    const sentence = `${master.alias} leads ${replicaset.alias} in epoch ${epoch}, after ${tookMs} ms.`;
    running.move({ ...move, state: 'done', sentence, tookMs });
    running.end(sentence);
    return { replicaset: replicaset.alias, master: master.alias, epoch, tookMs, sentence };
  } catch (error) {
    const sentence = error instanceof CoterieError ? error.message : 'It failed.';
    running.move({ ...move, state: 'refused', sentence });
    running.end(sentence);
    throw error;
  }
}

/** Where nobody is appointed the priority decides. */
async function byPriority(context: Context, intent: Intent, { preview: { replicaset }, target }: { preview: ChangePreview; target: Named }) {
  const startedAt = performance.now();
  const { plan, run } = await changeByEdits(context, intent, [{ kind: 'editReplicaset', replicaset: replicaset.uuid, priority: [target.uuid] }]);
  const data = { replicaset: replicaset.alias, master: target.alias, epoch: null, tookMs: Math.round(performance.now() - startedAt), sentence: `${target.alias} is the first of the priority of ${replicaset.alias}. ${plan.summary}` };
  return { dryRun: intent.dryRun, plan, run, data: intent.dryRun ? null : data };
}
