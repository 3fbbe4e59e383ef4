import { CoterieError, problemOf } from '~/contract/errors.ts';
import type { Entry } from '~/contract/index.ts';
import type { ApplyRun, Plan } from '~/contract/shapes/plan.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { Audit, Context } from '~/server/handlers/context.ts';
import type { AuditDraft } from '~/server/store/index.ts';
import { actionEvents } from './action-event.ts';
import type { Call } from './execute.ts';

/**
 * Writes down who did what, with the difference that the plan shows. Failed and refused attempts are kept too;
 * previews are not (they change nothing), nor are attempts that a rate limit stopped or that nobody signed in for (anybody could flood the log).
 * A change of the configuration is written down by the transaction that decides it. All else is noted before it is done and
 * written down here, before the answer: what a server did not live to tell becomes an entry that says so (`store.audit.settle`).
 */
export async function audited(call: Call, run: (context: Context) => Promise<unknown>): Promise<unknown> {
  let answer: unknown;
  const { store, newUuid } = call.context.services;
  let isWritten = false;
  let begun: string | null = null;
  const audit: Audit = {
    entry: (plan) => entryOf(call, madeOf(plan)),
    // Whoever has not signed in does nothing but that, and could flood the disk.
    begin: async (plan) => {
      if (call.context.actor === null) return;
      const id = newUuid();
      await store.audit.begin(id, entryOf(call, { ...madeOf(plan), outcome: 'unknown', error: untold }));
      begun = id;
    },
    written: () => {
      isWritten = true;
    },
  };
  const write = (result: Result) => store.audit.append(entryOf(call, result), begun);
  try {
    answer = await run({ ...call.context, audit });
  } catch (error) {
    // Where that cannot be written either, why it failed is still what the caller needs to hear.
    if (!isWritten && worthKeeping(call, error)) await write({ outcome: outcomeOf(error), error: problemOf(error).detail, before: null, after: null }).catch(() => {});
    else if (begun !== null) await store.audit.forget(begun).catch(() => {});
    throw error;
  }
  // Every mutation answers an `Outcome`: the contract makes it one.
  const { dryRun, plan, run: applied } = answer as { dryRun: boolean; plan: Plan; run: ApplyRun | null };
  if (dryRun) return answer;
  call.context.services.runtime.journal.own(actionEvents(call, plan));
  if (!isWritten) await write({ ...madeOf(plan), error: applied?.error ?? null });
  return answer;
}

function worthKeeping({ context, entry, rawInput }: Call, error: unknown): boolean {
  if (error instanceof CoterieError && (error.code === 'LIMITED' || error.code === 'BAD_INPUT')) return false;
  if (context.actor === null && !entry.operation.open) return false;
  return (rawInput as { dryRun?: unknown } | null)?.dryRun !== true;
}

const outcomeOf = (error: unknown) => (error instanceof CoterieError && error.code !== 'INTERNAL' && error.code !== 'UNAVAILABLE' && error.code !== 'TIMED_OUT' ? ('refused' as const) : ('failed' as const));

/** Of what was begun and never ended. */
const untold = 'The control plane ended before it could say how this went. Look whether it was done.';

type Result = { outcome: AuditDraft['outcome']; error: string | null; before: unknown; after: unknown };

const madeOf = ({ changes }: Plan): Result => ({ outcome: 'ok', error: null, before: side(changes, 'before'), after: side(changes, 'after') });

function entryOf({ entry, context, rawInput }: Call, result: Result): AuditDraft {
  const { services, actor, surface, address } = context;
  const input = withoutSecrets(entry, rawInput);
  return {
    at: services.now(),
    actor: actor?.user ?? (typeof input['name'] === 'string' ? input['name'] : 'nobody'),
    surface,
    operation: entry.name,
    target: targetOf(entry, input),
    reason: typeof input['reason'] === 'string' ? input['reason'] : null,
    input,
    address,
    ...result,
  };
}

function withoutSecrets({ operation }: Entry, rawInput: unknown): Record<string, unknown> {
  const secrets: readonly string[] = operation.secrets ?? [];
  const fields = Object.entries((rawInput ?? {}) as Record<string, unknown>);
  return Object.fromEntries(fields.map(([name, value]) => [name, secrets.includes(name) ? '(secret)' : value]));
}

function targetOf({ operation }: Entry, input: Record<string, unknown>): string | null {
  const subject = ((operation.subject ?? []) as readonly string[]).map((field) => input[field]).filter((value) => value !== undefined);
  return subject.length === 0 ? null : subject.map(String).join(' ');
}

/** One side of the difference, by path. */
function side(changes: readonly Change[], which: 'before' | 'after'): Record<string, unknown> | null {
  const values = changes.filter((change) => change[which] !== undefined).map((change) => [change.path, change[which]] as const);
  return values.length === 0 ? null : Object.fromEntries(values);
}
