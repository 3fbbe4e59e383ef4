import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { codeOf, marksMax, nameOf, type Mark } from '~/core/issues/marks.ts';
import { storePlan } from './carry-out.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import { act } from './action.ts';
import type { Intent } from './change.ts';
import type { Context, HandlersOf } from './context.ts';
import { findOpenIssue, findScope, scopeWords, type Scope } from './issue-names.ts';

/** What people say about issues. An issue is never changed by it: the mark lies beside it, and each picture puts the two together. */
export const issueHandlers: HandlersOf<Pick<typeof contract, 'issue'>>['issue'] = {
  acknowledge: async (context, input) => {
    const found = findOpenIssue(context, input.issue);
    const warnings = found.acknowledged ? [`${found.acknowledged.by} has acknowledged it already: yours takes its place.`] : [];
    return mark(context, input, { kind: 'acknowledged', scope: { scope: found.id, object: found.object }, hours: input.hours ?? null, warnings });
  },

  unacknowledge: async (context, input) => unmark(context, input, 'acknowledged'),

  mute: async (context, input) => {
    const scope = findScope(context, input.issue);
    const hidden = openUnder(context, scope);
    const warnings = hidden.filter(({ severity }) => severity === 'critical').map(({ sentence }) => `Critical now, and counted no more: ${sentence}`);
    if (hidden.length === 0) warnings.push('Nothing of the kind is open now: what comes is muted.');
    return mark(context, input, { kind: 'muted', scope, hours: input.hours, warnings: warnings.slice(0, warningsMax) });
  },

  unmute: async (context, input) => unmark(context, input, 'muted'),

  mutes: async (context) =>
    inForce(context, 'muted').map(({ scope, object, by, at, until, reason }) => ({ scope, code: codeOf(scope), object, by, at, until, reason, hides: openUnder(context, { scope, object }).length })),
};

const hourMs = 3_600_000;
const warningsMax = 10;

const inForce = ({ services }: Context, kind: Mark['kind']) => services.runtime.state.marks.filter((mark) => mark.kind === kind);
const openUnder = ({ services }: Context, { scope }: Scope) => services.runtime.state.overview.issues.filter(({ id, code }) => scope === id || scope === code);

type Wish = { readonly kind: Mark['kind']; readonly scope: Scope; readonly hours: number | null; readonly warnings: string[] };

function mark(context: Context, intent: Intent, { kind, scope: { scope, object }, hours, warnings }: Wish) {
  const { user } = signedIn(context);
  const { runtime, now } = context.services;
  const name = nameOf({ scope, object });
  const before = inForce(context, kind).find((one) => one.scope === scope);
  const reason = intent.reason ?? null;
  const after = { by: user, hours, reason };
  const words = `${name}: ${kind}${hours === null ? ' while it lasts' : ` for ${hours} h`}`;
  const changes: Change[] = [before ? { path: pathOf(kind, scope), kind: 'changed', before: sideOf(before), after, sentence: words } : { path: pathOf(kind, scope), kind: 'added', after, sentence: words }];
  const refusals: Refusal[] = before || runtime.marks.all.length < marksMax ? [] : [{ code: 'tooMany', target: scope, sentence: `${marksMax} issues are acknowledged or muted already.`, wayOut: 'Take some back, or mute a whole rule.' }];
  const verb = { acknowledged: 'Acknowledge', muted: 'Mute' }[kind];
  const { summary, steps } = storePlan(scope, `${verb} ${name}${hours === null ? '' : ` for ${hours} h`}.`);
  return act(context, intent, {
    action: { summary, steps, refusals, warnings },
    changes,
    run: async () => {
      const at = now();
      await runtime.marks.put({ kind, scope, object, by: user, at, until: hours === null ? null : at + hours * hourMs, reason }, { now: at, seen: runtime.state.seen });
      return { issue: scope, sentence: `${words}.` };
    },
  });
}

async function unmark(context: Context, { issue, ...intent }: Intent & { issue: string }, kind: Mark['kind']) {
  const { runtime } = context.services;
  const marks = inForce(context, kind);
  const found = marks.find(({ scope, object }) => scope === issue || `${codeOf(scope)}:${object.name}` === issue);
  if (found === undefined) throw new CoterieError('NOT_FOUND', `${issue} is not ${kind}. ${marks.length === 0 ? 'Nothing is.' : `These are: ${scopeWords(marks)}.`}`, { issue });
  const name = nameOf(found);
  const sentence = `${name}: no longer ${kind}`;
  const { summary, steps } = storePlan(found.scope, `${kind === 'muted' ? 'End the mute' : 'Take back the acknowledgement'} of ${name} by ${found.by}.`);
  return act(context, intent, {
    action: { summary, steps },
    changes: [{ path: pathOf(kind, found.scope), kind: 'removed', before: sideOf(found), sentence }],
    run: async () => {
      if (!(await runtime.marks.remove(found))) throw new CoterieError('CONFLICT', `Somebody has just changed the mark on ${name}. Look at it again, then repeat.`, { issue: found.scope });
      return { issue: found.scope, sentence: `${sentence}.` };
    },
  });
}

const pathOf = (kind: Mark['kind'], scope: string) => `issues.${scope}.${kind}`;
const sideOf = ({ by, at, until, reason }: Mark) => ({ by, at, until, reason });
