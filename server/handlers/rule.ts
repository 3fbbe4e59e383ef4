import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import { Rule } from '~/contract/rule.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { present } from '~/contract/present.ts';
import { builtInRules } from '~/core/rules/built-in.ts';
import { codeOfRule } from '~/core/rules/match.ts';
import { ruleSentence } from '~/core/rules/words.ts';
import { count } from '~/core/view/words.ts';
import { storePlan } from './carry-out.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import { ruleLimits, type KnownRule } from '~/server/runtime/rules.ts';
import { act } from './action.ts';
import type { Intent } from './change.ts';
import type { Context, HandlersOf } from './context.ts';

/** Rules over the event stream. Each plan says what the rule would have raised of late: a number too small shows before it wakes anybody. */
export const ruleHandlers: HandlersOf<Pick<typeof contract, 'rule'>>['rule'] = {
  list: async (context) => {
    const { rules, state } = context.services.runtime;
    const { issues } = state.overview;
    return rules.all.map(({ rule, builtIn, by, at }) => ({ ...rule, sentence: ruleSentence(rule), builtIn, changed: builtIn && at !== null, by, at, raised: issues.filter(({ code }) => code === codeOfRule(rule)).length }));
  },

  add: async (context, { name, watch, kind, level, text, object, per, count: many, minutes, severity, todo, enabled, ...intent }) => {
    const { rules } = context.services.runtime;
    const rule = Rule.parse({ name, watch, kind, level, text, object, per, count: many, minutes, severity, todo, enabled });
    const refusals: Refusal[] = [];
    if (rules.find(name)) refusals.push({ code: 'exists', target: name, sentence: `There is a rule ${name} already.`, wayOut: 'Edit that one, or choose another name.' });
    if (rules.all.length - builtInRules.length >= ruleLimits.rulesMax) refusals.push({ code: 'tooMany', target: name, sentence: `There are ${ruleLimits.rulesMax} rules already.`, wayOut: 'Remove one that has never raised anything.' });
    return store(context, intent, { rule, before: null, refusals, words: `Add rule ${name}: ${ruleSentence(rule)}.` });
  },

  edit: async (context, { name, reason, dryRun, expectedVersion, ...given }) => {
    const { rule: old } = existing(context, name);
    // Null takes a filter away; what is not named stays.
    const merged = Object.entries({ ...old, ...present(given) });
    const rule = Rule.parse(Object.fromEntries(merged.filter(([, value]) => value !== null)));
    return store(context, { reason, dryRun, expectedVersion }, { rule, before: old, refusals: [], words: `Change rule ${name}: ${ruleSentence(rule)}.` });
  },

  remove: async (context, { name, ...intent }) => {
    const known = existing(context, name);
    const { runtime } = context.services;
    const changed = known.builtIn && known.at !== null;
    const refusals: Refusal[] = known.builtIn && !changed ? [{ code: 'builtIn', target: name, sentence: `${name} came with the product and is as it came.`, wayOut: `Switch it off: \`coterie rule edit ${name} --no-enabled\`.` }] : [];
    const sentence = changed ? `Bring rule ${name} back to how it came.` : `Remove rule ${name}.`;
    const { summary, steps } = storePlan(name, sentence);
    return act(context, intent, {
      action: { summary, steps, refusals },
      changes: refusals.length > 0 ? [] : [{ path: `rules.${name}`, kind: 'removed', before: known.rule, sentence: changed ? `${name}: as it came` : `${name}: gone` }],
      run: async () => {
        await runtime.rules.remove(name);
        runtime.state.lookBeforeAnswer();
        return { name };
      },
    });
  },

  test: async (context, { name, hours }) => {
    const { rule } = existing(context, name);
    const now = context.services.now();
    return context.services.runtime.rules.replay(rule, { from: now - hours * hourMs, now });
  },
};

const hourMs = 3_600_000;

function existing(context: Context, name: string): KnownRule {
  const { rules } = context.services.runtime;
  const found = rules.find(name);
  if (found) return found;
  throw new CoterieError('NOT_FOUND', `There is no rule ${name}. There are: ${rules.all.map(({ rule }) => rule.name).join(', ')}.`, { name });
}

type Wish = { readonly rule: Rule; readonly before: Rule | null; readonly refusals: Refusal[]; readonly words: string };

async function store(context: Context, intent: Intent, { rule, before, refusals, words }: Wish) {
  const { user } = signedIn(context);
  const { runtime, now } = context.services;
  const path = `rules.${rule.name}`;
  const changes: Change[] = before === null ? [{ path, kind: 'added', after: rule, sentence: `${rule.name}: ${ruleSentence(rule)}` }] : changesOf(path, before, rule);
  const { summary, steps } = storePlan(rule.name, words, { reason: intent.dryRun ? await pastWords(context, rule) : 'You asked for it.' });
  return act(context, intent, {
    action: { summary, steps, refusals },
    changes,
    run: async () => {
      await runtime.rules.put({ rule, by: user, at: now() });
      runtime.state.lookBeforeAnswer();
      return rule;
    },
  });
}

function changesOf(path: string, before: Rule, after: Rule): Change[] {
  const fields = Object.keys(Rule.shape) as (keyof Rule)[];
  return fields.flatMap((field) => (before[field] === after[field] ? [] : [{ path: `${path}.${field}`, kind: 'changed' as const, before: before[field] ?? null, after: after[field] ?? null, sentence: `${field}: ${said(before[field])} -> ${said(after[field])}` }]));
}

const said = (value: unknown) => (value === undefined ? 'any' : String(value));

/** The rule, held against the last day. */
async function pastWords({ services }: Context, rule: Rule): Promise<string> {
  const now = services.now();
  const { raised } = await services.runtime.rules.replay(rule, { from: now - 24 * hourMs, now });
  if (raised.length === 0) return 'In the last 24 hours it would have raised nothing.';
  const open = raised.filter(({ until }) => until === null);
  const last = raised.at(-1)!;
  return `In the last 24 hours it would have raised ${count(raised.length, 'issue')}${open.length > 0 ? `, of which ${open.length} would be open now` : ''}. The last: ${last.sentence}`;
}
