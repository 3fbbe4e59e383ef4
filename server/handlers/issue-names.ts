import { CoterieError } from '~/contract/errors.ts';
import type { Issue, ObjectRef } from '~/contract/shapes/view.ts';
import { catalogue } from '~/core/issues/catalogue.ts';
import type { Mark } from '~/core/issues/marks.ts';
import { codeOfRule } from '~/core/rules/match.ts';
import { list } from '~/core/view/words.ts';
import type { Context } from './context.ts';

/** From what a person wrote, `unreachable:s1-b`, an id or a code alone, to the issue or to what is to be muted. */

export type Scope = Pick<Mark, 'scope' | 'object'>;

export function findOpenIssue(context: Context, ref: string): Issue {
  const { issues } = context.services.runtime.state.overview;
  const found = issues.filter(({ id, code, object }) => id === ref || `${code}:${object.name}` === ref);
  const [first, second] = found;
  if (first && second) throw new CoterieError('CONFLICT', `${found.length} issues are called ${ref}; name one by its id: ${found.map(({ id }) => id).join(', ')}.`, { candidates: found.map(({ id }) => id) });
  if (first) return first;
  const open = issues.map(({ code, object }) => `${code}:${object.name}`);
  throw new CoterieError('NOT_FOUND', `There is no issue ${ref} now. ${open.length === 0 ? 'Nothing is wrong.' : `Open: ${list(open, namedMax)}.`}`, { issue: ref });
}

/** Of the catalogue, of the rules, and what else has raised something. */
export const knownCodes = ({ services: { runtime } }: Context) =>
  new Set([...catalogue.map((row) => row.code), ...runtime.state.overview.issues.map((issue) => issue.code), ...runtime.rules.all.map(({ rule }) => codeOfRule(rule))]);

export function findScope(context: Context, ref: string): Scope {
  const { name, overview } = { name: context.services.runtime.name, overview: context.services.runtime.state.overview };
  const [code = '', object] = split(ref);
  const codes = knownCodes(context);
  if (!codes.has(code)) throw new CoterieError('NOT_FOUND', `There is no kind of issue ${code}. There are: ${[...codes].toSorted().join(', ')}.`, { code });
  const cluster: ObjectRef = { kind: 'cluster', id: name, name };
  if (object === undefined) return { scope: code, object: cluster };
  const about = catalogue.find((row) => row.code === code)?.about;
  const objects: ObjectRef[] = [
    ...overview.instances.map(({ uuid, alias }) => ({ kind: 'instance' as const, id: uuid, name: alias })),
    ...overview.replicasets.map(({ uuid, alias }) => ({ kind: 'replicaset' as const, id: uuid, name: alias })),
    cluster,
    ...overview.issues.map((issue) => issue.object),
  ].filter(({ kind }) => about === undefined || kind === about);
  const found = [...new Map(objects.filter(({ id, name: alias }) => id === object || alias === object).map((one) => [one.id, one])).values()];
  const [first, second] = found;
  if (first && second) throw new CoterieError('CONFLICT', `${found.length} objects are called ${object}; name it by its uuid: ${found.map(({ id }) => id).join(', ')}.`, { candidates: found.map(({ id }) => id) });
  if (first) return { scope: `${code}:${first.id}`, object: first };
  throw new CoterieError('NOT_FOUND', `There is no ${about ?? 'object'} ${object} that ${code} could be about.`, { code, object });
}

const namedMax = 10;

/** At the first colon: no code has one. */
function split(ref: string): string[] {
  const at = ref.indexOf(':');
  return at < 0 ? [ref] : [ref.slice(0, at), ref.slice(at + 1)];
}

export const scopeWords = (marks: readonly Scope[]) => list(marks.map(({ scope, object }) => (scope.includes(':') ? `${split(scope)[0]}:${object.name}` : scope)), namedMax);
