import { setTimeout as wait } from 'node:timers/promises';
import { CoterieError } from '~/contract/errors.ts';
import type { MigrationOutcome, MigrationRun } from '~/contract/shapes/migration.ts';
import type { PlannedStep } from '~/core/migrations/plan.ts';
import { count, list } from '~/core/view/words.ts';
import type { MigrationsTold } from '~/link/migration-messages.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import type { Context } from './context.ts';
import type { Master } from './migration-ask.ts';

/**
 * Has the masters run their steps, some at a time, and listens until each is through. A master goes on by itself when this
 * server ends; what it has begun is never begun a second time, as the attempt has a name.
 */

export type Target = { readonly replicaset: { readonly uuid: string; readonly alias: string }; readonly master: Master; readonly steps: readonly PlannedStep[] };
export type Order = { readonly direction: 'up' | 'down'; readonly parallel: number; readonly timeoutSeconds: number };

const beginMs = 65_000;
const askMs = 6000;
const everyMs = { first: 50, most: 1000 } as const;
/** A master that is not heard for so long is given up. */
const silentMs = 60_000;

export async function runOn(context: Context, targets: readonly Target[], order: Order): Promise<MigrationRun> {
  const outcomes = new Map<string, MigrationOutcome>();
  const queue = [...targets];
  let stopped = false;
  const worker = async (): Promise<void> => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      if (stopped) outcomes.set(target.replicaset.uuid, outcomeOf(target, { state: 'skipped', sentence: 'It did not begin, as another one had failed.' }));
      else {
        const outcome = await ran(context, target, order);
        stopped ||= outcome.state !== 'done';
        outcomes.set(target.replicaset.uuid, outcome);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(order.parallel, targets.length) }, worker));
  const replicasets = targets.flatMap(({ replicaset }) => outcomes.get(replicaset.uuid) ?? []);
  return { replicasets, sentence: sentenceOf(replicasets, order.direction) };
}

const outcomeOf = ({ replicaset, master }: Target, over: Pick<MigrationOutcome, 'state' | 'sentence'> & Partial<MigrationOutcome>): MigrationOutcome => ({ replicaset: replicaset.alias, instance: master.alias, ran: [], stack: null, tookMs: 0, ...over });

async function ran(context: Context, target: Target, { direction, timeoutSeconds }: Order): Promise<MigrationOutcome> {
  const { replicaset, master, steps } = target;
  const { services } = context;
  const client = services.runtime.agents.client(master.uuid, master.alias);
  const attempt = services.newUuid();
  const began = services.now();
  const outcome = (state: MigrationOutcome['state'], sentence: string, more: Partial<MigrationOutcome> = {}) => outcomeOf(target, { state, sentence, tookMs: services.now() - began, ...more });
  let why: string | null = null;
  try {
    await client.migrationsBegin({ replicaset: replicaset.uuid, attempt, by: signedIn(context).user, direction, steps: steps.map(({ role, name, hash, standing }) => ({ role, name, hash, standing })), timeoutSeconds, dryRun: false }, { timeoutMs: beginMs });
  } catch (error) {
    // An answer that was lost is none: whether it has begun is asked below.
    if (!(error instanceof CoterieError) || (error.code !== 'TIMED_OUT' && error.code !== 'UNAVAILABLE')) return outcome('failed', sentenceIn(error));
    why = sentenceIn(error);
  }
  let heard = services.now();
  for (let pauseMs: number = everyMs.first; ; pauseMs = Math.min(pauseMs * 1.5, everyMs.most)) {
    try {
      const { run } = await client.migrations({ replicaset: replicaset.uuid }, { timeoutMs: askMs });
      if (run?.attempt !== attempt) return outcome('failed', why ?? `The database of ${master.alias} was started anew in the middle: \`coterie migration list\` says how far it came.`);
      if (run.done) return ended(run, outcome);
      heard = services.now();
    } catch (error) {
      why ??= sentenceIn(error);
      if (services.now() - heard > silentMs) return outcome('unknown', `${master.alias} does not answer any more, and may go on: ${sentenceIn(error)}`);
    }
    await wait(pauseMs);
  }
}

const sentenceIn = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function ended({ ran: done, failure }: NonNullable<MigrationsTold['run']>, outcome: (state: MigrationOutcome['state'], sentence: string, more: Partial<MigrationOutcome>) => MigrationOutcome): MigrationOutcome {
  const names = done.map(({ role, name }) => `${role}/${name}`);
  if (failure === null) return outcome('done', `${count(names.length, 'step')} done.`, { ran: names });
  const at = failure.name === null ? '' : `${failure.role}/${failure.name}${failure.begun ? '' : ' was not begun'}: `;
  return outcome('failed', `${at}${failure.message}`, { ran: names, stack: failure.stack });
}

function sentenceOf(outcomes: readonly MigrationOutcome[], direction: Order['direction']): string {
  if (outcomes.length === 0) return 'There was nothing to do.';
  const done = outcomes.filter(({ state }) => state === 'done');
  const steps = outcomes.reduce((sum, { ran: names }) => sum + names.length, 0);
  const what = `${count(steps, 'step')} ${steps === 1 ? 'was' : 'were'} ${direction === 'up' ? 'done' : 'taken back'} on ${list(outcomes.filter(({ ran: names }) => names.length > 0).map(({ replicaset }) => replicaset)) || 'no replicaset'}.`;
  if (done.length === outcomes.length) return what;
  const stopped = outcomes.filter(({ state }) => state === 'failed' || state === 'unknown').map(({ replicaset, sentence }) => `${replicaset}: ${sentence}`);
  const skipped = outcomes.filter(({ state }) => state === 'skipped').map(({ replicaset }) => replicaset);
  return `It stopped on ${stopped.join(' ')}${/[.!?]$/.test(stopped.at(-1) ?? '') ? '' : '.'} ${what}${skipped.length > 0 ? ` ${list(skipped)} did not begin.` : ''}`;
}
