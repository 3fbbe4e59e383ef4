import { canonicalJson } from '~/core/config/canonical.ts';
import { isCode } from '~/core/roles/files.ts';
import { rolesIn } from '~/core/roles/read.ts';
import type { Role } from '~/core/roles/role.ts';
import type { Facts } from './facts.ts';
import type { Step } from './refusal.ts';

/** What a change of the files of roles does, role by role: which functions, spaces and modules become others, and where. */
export function codeSteps(facts: Facts): Step[] {
  const { before, after } = facts;
  const [old, now] = [rolesIn(before.sections).roles, rolesIn(after.sections).roles];
  return [...new Set([...old.keys(), ...now.keys()])].toSorted().flatMap((name): Step[] => {
    const [was, is] = [old.get(name), now.get(name)];
    // One whose files are the same is the same value, and what it reads besides them may differ.
    if (was !== undefined && was === is && is.sections.length === 0) return [];
    const what = differences(was, is, facts);
    if (what.length === 0) return [];
    const places = facts.sorted(Object.keys(after.replicasets).filter((uuid) => after.replicasets[uuid]?.roles.includes(name)));
    const where = places.length === 0 ? 'nowhere yet: no replicaset has it' : `on ${facts.aliases(places)}`;
    const reason = old.has(name) ? (now.has(name) ? 'Its files change.' : 'Its files are deleted.') : 'It is new.';
    return [{ kind: 'applyRoles', target: name, sentence: `Role ${name}: ${shown(what)}; ${where}.`, reason }];
  });
}

/** Sections that are no files of roles: those are told by role. */
export const isPlainSection = (name: string): boolean => !isCode(name);

const shownMax = 6;
const shown = (what: readonly string[]): string => (what.length > shownMax ? `${what.slice(0, shownMax).join(', ')} and ${what.length - shownMax} more` : what.join(', '));

function differences(old: Role | undefined, now: Role | undefined, { before, after }: Facts): string[] {
  if (!now) return ['it is no more; its spaces stay with their rows'];
  const functions = rows(old?.functions ?? [], now.functions, { what: 'function', key: ({ name }) => name, value: (row) => ({ ...row, code: row.code.text }) });
  const spaces = rows(Object.entries(old?.spaces ?? {}), Object.entries(now.spaces), { what: 'space', key: ([name]) => name, value: ([, space]) => space });
  const modules = rows(old?.modules ?? [], now.modules, { what: 'module', key: ({ name }) => name, value: ({ code }) => code.text });
  const migrations = rows(old?.migrations ?? [], now.migrations, { what: 'migration', key: ({ name }) => name, value: ({ up, down }) => [up.text, down?.text ?? null] });
  const sections = now.sections.filter((name) => isPlainSection(name) && old !== undefined && before.sections[name] !== after.sections[name]).map((name) => `it reads section ${name} anew`);
  const settings = old && canonicalJson([old.dependencies, old.hidden, old.permanent, old.sections]) !== canonicalJson([now.dependencies, now.hidden, now.permanent, now.sections]) ? ['its settings change'] : [];
  const all = [...spaces, ...functions, ...modules, ...migrations, ...sections, ...settings];
  return old || all.length > 0 ? all : ['it has nothing in it yet'];
}

type Reading<T> = { readonly what: string; readonly key: (row: T) => string; readonly value: (row: T) => unknown };

function rows<T>(old: readonly T[], now: readonly T[], { what, key, value }: Reading<T>): string[] {
  const before = new Map(old.map((row) => [key(row), canonicalJson(value(row))]));
  const after = new Map(now.map((row) => [key(row), canonicalJson(value(row))]));
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) return [];
    if (was === undefined) return [`${what} ${name} is new`];
    return is === undefined ? [`${what} ${name} ${what === 'space' ? 'is no longer wanted, and stays' : 'goes'}`] : [`${what} ${name} changes`];
  });
}
