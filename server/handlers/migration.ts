import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { MigrationRow } from '~/contract/shapes/migration.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { migrationPlan, type Wanted } from '~/core/migrations/plan.ts';
import { standingsIn, standingText, type Standing } from '~/core/migrations/standing.ts';
import { sentenceOf } from '~/core/migrations/words.ts';
import type { RoleMigration } from '~/core/roles/role.ts';
import { clock, count, list } from '~/core/view/words.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import { act, step } from './action.ts';
import type { Intent } from './change.ts';
import type { Context, HandlersOf } from './context.ts';
import { asked, askedMasters, migrationsWanted, type Asked, type Scope } from './migration-ask.ts';
import { runOn, type Order, type Target } from './migration-run.ts';
import { findReplicaset } from './names.ts';

/** Migrations of roles: what became of them where, and orders to run them. */
export const migrationHandlers: HandlersOf<Pick<typeof contract, 'migration'>>['migration'] = {
  list: async (context, { role, replicaset }) => {
    const wanted = await migrationsWanted(context, role);
    const masters = await askedMasters(context, wanted, { replicaset });
    const placed = new Set(masters.flatMap((one) => one.replicaset.roles));
    const nowhere = replicaset === undefined ? [...wanted].filter(([name]) => !placed.has(name)) : [];
    return [...masters.flatMap((one) => rowsOn(context, one, wanted)), ...nowhere.flatMap(([name, steps]) => unheard(name, steps, { replicaset: null, instance: null, state: 'pending', sentence: `No replicaset has role ${name} yet.` }))];
  },

  run: (context, input) => ordered(context, input, { direction: 'up', role: input.role ?? null, to: input.to ?? null, resume: false }),

  resume: (context, input) => ordered(context, input, { direction: 'up', role: input.role ?? null, to: input.to ?? null, resume: true }),

  down: (context, { confirm, ...input }) => {
    if (!input.dryRun) needConfirmed(input.role, confirm);
    return ordered(context, input, { direction: 'down', role: input.role, to: input.to, resume: false });
  },

  mark: async (context, { role, step: name, replicaset, as, confirm, ...intent }) => {
    if (!intent.dryRun) needConfirmed(role, confirm);
    const found = findReplicaset(context, replicaset);
    const { told, master, why } = await asked(context, found);
    if (told === null || master === null) throw new CoterieError('UNAVAILABLE', why, { replicaset: found.alias });
    const standing = standingsIn(told).find((one) => one.step.role === role && one.step.name === name);
    if (!standing) throw new CoterieError('NOT_FOUND', `${found.alias} has no step ${name} of role ${role}. ${namesOf(standingsIn(told).filter((one) => one.step.role === role))}`, { role, step: name });
    const refusals: Refusal[] = as === 'done' && standing.hash === null ? [{ code: 'gone', target: found.alias, sentence: `${name} has no file any more.`, wayOut: 'Put it back first, or mark it pending to forget it.' }] : [];
    const sentence = as === 'done' ? `${role}/${name} counts as done on ${found.alias}.` : `${role}/${name} counts as never run on ${found.alias}.`;
    return act(context, intent, {
      action: { summary: sentence, steps: [step('store', found.uuid, [`${sentence} Nothing is run.`, `Now: ${sentenceOf(standing, told.run)}`])], refusals },
      run: async () => {
        const order = { replicaset: found.uuid, role, name, hash: standing.hash ?? '', standing: standingText(standing.record), attempt: context.services.newUuid(), by: signedIn(context).user, as };
        await context.services.runtime.agents.client(master.uuid, master.alias).migrationMark(order, { timeoutMs: markMs });
        return { sentence };
      },
    });
  },

  abort: async (context, { replicaset, ...intent }) => {
    const found = findReplicaset(context, replicaset);
    const { told, master, why } = await asked(context, found);
    if (told === null || master === null) throw new CoterieError('UNAVAILABLE', why, { replicaset: found.alias });
    const run = told.run?.done === false ? told.run : null;
    const steps = run === null ? [] : [step('store', found.uuid, [`${run.name === null ? 'The migrations' : `${run.role}/${run.name}`} of ${found.alias} stop at their next yield.`, `${run.by} ordered them at ${clock(run.at, context.services.now())}.`])];
    return act(context, intent, {
      action: { summary: run === null ? `No migration runs on ${found.alias}.` : `Break off the migrations on ${found.alias}.`, steps },
      run: async () => {
        const { aborted } = await context.services.runtime.agents.client(master.uuid, master.alias).migrationsAbort({ replicaset: found.uuid, by: signedIn(context).user }, { timeoutMs: markMs });
        return { aborted, sentence: aborted ? `The step on ${found.alias} is broken off.` : `No migration runs on ${found.alias}.` };
      },
    });
  },
};

const markMs = 6000;
const checkMs = 65_000;

function needConfirmed(role: string, confirm: string | undefined): void {
  if (confirm !== role) throw new CoterieError('BAD_INPUT', `What is there may be lost: give the name of the role, ${role}, once more in \`confirm\`.`, { role });
}

const namesOf = (standings: readonly Standing[]): string => (standings.length === 0 ? 'It has none of that role.' : `There are: ${standings.slice(0, 20).map((one) => one.step.name).join(', ')}.`);

type Place = { readonly replicaset: string | null; readonly instance: string | null };

function rowsOn(context: Context, { replicaset, master, told, why }: Asked, wanted: ReadonlyMap<string, readonly RoleMigration[]>): MigrationRow[] {
  const place = { replicaset: replicaset.alias, instance: master?.alias ?? null };
  if (told === null) return replicaset.roles.flatMap((name) => unheard(name, wanted.get(name) ?? [], { ...place, state: 'unknown', sentence: why }));
  const { instances } = context.services.runtime.state.overview;
  return standingsIn(told).filter((one) => wanted.has(one.step.role)).map((standing): MigrationRow => {
    const { step: { role, name, number, file, down }, state, record } = standing;
    return {
      role, step: name, number, file, down, ...place, state, sentence: sentenceOf(standing, told.run), direction: record?.direction ?? null,
      startedAt: record?.started ?? null, finishedAt: record?.finished ?? null, by: record?.by ?? null, error: record?.error ?? null, stack: record?.stack ?? null,
      ranOn: record === null ? null : (instances.find(({ uuid }) => uuid === record.instance)?.alias ?? record.instance),
    };
  });
}

function unheard(role: string, steps: readonly RoleMigration[], { state, sentence, ...place }: Place & Pick<MigrationRow, 'state' | 'sentence'>): MigrationRow[] {
  return steps.map(({ name, number, up, down }) => ({ role, step: name, number, file: up.file, down: down !== null, ...place, state, sentence, direction: null, startedAt: null, finishedAt: null, by: null, ranOn: null, error: null, stack: null }));
}

type Ordered = Intent & Scope & Omit<Order, 'direction'> & { readonly to?: number | undefined };

async function ordered(context: Context, { role, replicaset, parallel, timeoutSeconds, to, ...intent }: Ordered, wanted: Wanted) {
  if (to !== undefined && role === undefined) throw new CoterieError('BAD_INPUT', '`to` is the number of a step of one role: name the role, too.');
  const roles = await migrationsWanted(context, role);
  const masters = await askedMasters(context, roles, { replicaset });
  if (replicaset !== undefined && masters.length === 0) throw new CoterieError('CONFLICT', role === undefined ? `${replicaset} has no role with migrations.` : `${replicaset} has no role ${role}.`, { replicaset });
  const plans = masters.map((one) => ({ ...one, plan: planOn(context, one, wanted) }));
  const targets = plans.flatMap(({ replicaset: set, master, plan }): Target[] => (master !== null && plan.steps.length > 0 ? [{ replicaset: set, master, steps: plan.steps }] : []));
  const refusals = plans.flatMap(({ plan }) => plan.refusals);
  const broken = refusals.length > 0 ? [] : (await Promise.all(targets.map((target) => tried(context, target, { direction: wanted.direction, timeoutSeconds })))).flat();
  const steps = targets.flatMap((target) => target.steps.map(({ role: of, name, again }) => step('store', target.replicaset.uuid, [`${of}/${name} ${wanted.direction === 'up' ? 'runs' : 'is taken back'} on ${target.master.alias}, the master of ${target.replicaset.alias}.`, wanted.direction === 'down' ? 'It is behind the last one that stays.' : again ? 'It stopped there, and is run again from its beginning.' : 'It is pending.'])));
  const action = {
    summary: steps.length === 0 ? (masters.length === 0 ? 'No replicaset has migrations.' : wanted.direction === 'up' ? 'No step is pending.' : 'There is nothing to take back.') : `${wanted.direction === 'up' ? 'Run' : 'Take back'} ${count(steps.length, 'step')} of migrations on ${list(targets.map((target) => target.replicaset.alias))}.`,
    steps,
    refusals: [...refusals, ...broken],
    warnings: steps.length === 0 || refusals.length + broken.length > 0 ? [] : [`The files compile and load on ${list(targets.map((target) => target.master.alias))}. Their functions were not called: what they do to rows is not checked.`],
  };
  return act(context, intent, { action, run: () => runOn(context, targets, { direction: wanted.direction, parallel, timeoutSeconds }) });
}

function planOn(context: Context, { replicaset: { alias }, told, why }: Asked, wanted: Wanted): ReturnType<typeof migrationPlan> {
  const refuse = (code: string, sentence: string, wayOut: string) => ({ steps: [], refusals: [{ code, target: alias, sentence, wayOut }] });
  if (told === null) return refuse('unheard', why, `See \`coterie failover status\`; or name other replicasets, one by one, by \`replicaset\`.`);
  if (told.readOnly) return refuse('noMaster', `${alias} has no master that may write now.`, 'See `coterie failover status`, and try again.');
  if (!told.inForce) return refuse('behind', `The code of the newest configuration is not in force on the master of ${alias} yet.`, 'See `coterie cluster overview`, and try again when it is.');
  const now = context.services.now();
  return migrationPlan(told, wanted, { alias, clock: (at) => clock(at, now) });
}

/** As far as that goes without running anything. */
async function tried(context: Context, { replicaset, master, steps }: Target, { direction, timeoutSeconds }: Pick<Order, 'direction' | 'timeoutSeconds'>): Promise<Refusal[]> {
  try {
    await context.services.runtime.agents.client(master.uuid, master.alias).migrationsBegin({ replicaset: replicaset.uuid, attempt: context.services.newUuid(), by: signedIn(context).user, direction, steps: steps.map(({ role, name, hash, standing }) => ({ role, name, hash, standing })), timeoutSeconds, dryRun: true }, { timeoutMs: checkMs });
    return [];
  } catch (error) {
    return [{ code: 'notAccepted', target: replicaset.alias, sentence: error instanceof Error ? error.message : String(error), wayOut: 'Nothing was run. Mend it and apply it, or try again.' }];
  }
}
