import { CoterieError } from '~/contract/errors.ts';
import type { ClusterConfig, ConfigVersion } from '~/contract/shapes/config.ts';
import type { Edit } from '~/contract/shapes/edit.ts';
import type { ApplyRun, Plan, Refusal } from '~/contract/shapes/plan.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import type { KnownInstance } from '~/core/topology/known.ts';
import { judgeChange, type Judged } from '~/core/topology/plan.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import type { Context } from './context.ts';

/** Every change of the configuration: make the new one from the newest, plan it, refuse it, show it, or apply it. */

export type Intent = { readonly reason?: string | undefined; readonly dryRun: boolean; readonly expectedVersion?: number | undefined };
/** `again`: also where nothing differs. */
export type Made = { readonly config: ClusterConfig | null; readonly refusals: readonly Refusal[]; readonly again?: boolean };
/** From the newest configuration to the one wanted. Made again if somebody else was faster. */
export type Make = (base: ClusterConfig, known: KnownInstance[]) => Made;

export type Changed = { readonly plan: Plan; /** Null for a preview, and where nothing differs. */ readonly run: ApplyRun | null; readonly version: number };

export async function change(context: Context, intent: Intent, make: Make): Promise<Changed> {
  const { runtime } = context.services;
  const actor = signedIn(context);
  if (intent.dryRun) {
    const { base, plan } = await planned(context, make, intent);
    return { plan, run: null, version: base?.version ?? 0 };
  }
  let judged: JudgedChange | undefined;
  const meta = { author: actor.user, surface: context.surface, reason: intent.reason ?? null };
  const decide = (base: ConfigVersion | null) => {
    expect(base, intent);
    judged = judge(context, base, make);
    return accepted(judged);
  };
  const { audit } = context;
  // Asked for after `decide`, while the instances prepare.
  const run = await runtime.applies.change(meta, decide, audit && { entry: () => audit.entry(judged!.plan()), written: audit.written });
  if (run?.state === 'aborted') throw aborted(run);
  // `change` has called the function above, or has thrown.
  const plan = judged!.plan();
  return { plan, run, version: run?.version ?? plan.baseVersion ?? 0 };
}

export const changeByEdits = (context: Context, intent: Intent, edits: readonly Edit[]) => change(context, intent, editing(context, edits));

export const editing =
  (context: Context, edits: readonly Edit[]): Make =>
  (base, known) =>
    applyEdits(base, [...edits], { known, newUuid: context.services.newUuid });

export type Planned = { readonly base: ConfigVersion | null; readonly plan: Plan; readonly config: ClusterConfig };

/** What the change would do now. */
export async function planned(context: Context, make: Make, intent: Pick<Intent, 'expectedVersion'> = {}): Promise<Planned> {
  const { versions, rollCall } = context.services.runtime;
  await rollCall.over;
  const base = await versions.refresh();
  expect(base, intent);
  const { config, plan } = judge(context, base, make);
  return { base, config, plan: plan() };
}

type JudgedChange = Judged & { readonly config: ClusterConfig };

function judge(context: Context, base: ConfigVersion | null, make: Make): JudgedChange {
  const { runtime } = context.services;
  const known = runtime.state.known();
  const from = base?.config ?? emptyConfig(runtime.name);
  const made = make(from, known);
  const config = made.config ?? from;
  const judged = judgeChange({ base, next: config, known, sharding: runtime.sharding.facts() });
  const again = made.again && base !== null && judged.nothing;
  const refusals = [...runtime.adoption.refusals(), ...made.refusals, ...judged.refusals];
  let plan: Plan | undefined;
  return { config, refusals, nothing: judged.nothing && !again, plan: () => (plan ??= { ...(again ? repeated(base.version) : judged.plan()), refusals }) };
}

/** Null: there is nothing to do. */
function accepted({ refusals, nothing, plan, config }: JudgedChange): ClusterConfig | null {
  if (refusals.length > 0) throw refused(plan());
  return nothing ? null : config;
}

/** The same contents under a new number: whoever is stuck on the way to them begins anew. */
function repeated(version: number): Plan {
  const sentence = `Every instance gets the contents of configuration version ${version} again, as version ${version + 1}.`;
  return { summary: sentence, steps: [{ kind: 'writeConfig', target: 'config', sentence, reason: 'You asked for it.' }], refusals: [], warnings: [], changes: [], baseVersion: version };
}

/** A wrong name is told as such, not as a plan that is unsafe. */
function refused(plan: Plan): CoterieError {
  const first = plan.refusals[0]!;
  const more = plan.refusals.length > 1 ? ` (and ${plan.refusals.length - 1} more)` : '';
  const sentence = `${first.sentence} ${first.wayOut}${more}`;
  const data = { refusals: plan.refusals, plan };
  if (first.code === 'unknownName') return new CoterieError('NOT_FOUND', sentence, data);
  if (first.code === 'ambiguousName') return new CoterieError('CONFLICT', sentence, data);
  return new CoterieError('REFUSED', sentence, data);
}

function expect(base: ConfigVersion | null, { expectedVersion }: Pick<Intent, 'expectedVersion'>): void {
  const version = base?.version ?? 0;
  if (expectedVersion === undefined || expectedVersion === version) return;
  throw new CoterieError('STALE_VERSION', `The configuration is at version ${version}, not ${expectedVersion}${base ? `: ${base.author} changed it` : ''}. Look at it again, then repeat.`, { version, expectedVersion });
}

function aborted(run: ApplyRun): CoterieError {
  // Where no instance has refused it, nothing is wrong with the change: it may go through later as it is.
  const refused = run.instances.some(({ state }) => state === 'refused');
  return new CoterieError(refused ? 'REFUSED' : 'UNAVAILABLE', `Nothing was changed: ${run.error ?? 'the run was aborted'}`, { run: run.id, instances: run.instances });
}
