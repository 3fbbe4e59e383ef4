import type { ClusterOverview } from '~/contract/shapes/view.ts';

/** The roles that a replicaset is offered, built-in ones first: what each is, what it brings along, and why it cannot be taken off. */
export type RoleChoice = {
  readonly name: string;
  readonly summary: string;
  readonly checked: boolean;
  /** Why it is on whatever is chosen; null where it is a choice. */
  readonly fixed: string | null;
};
type Infos = ClusterOverview['roles'];

export function roleChoices(infos: Infos, value: readonly string[]): RoleChoice[] {
  const hasDatabase = infos.some(({ name, data }) => data && value.includes(name));
  return [...infos.filter(({ custom }) => !custom), ...infos.filter(({ custom }) => custom)].flatMap(({ name, summary, dependencies, permanent, hidden, custom }) => {
    const bringers = permanent && hasDatabase ? [] : infos.filter((one) => one.name !== name && value.includes(one.name) && reaches(one.name, name, infos)).map((one) => one.name);
    const fixed = permanent && custom && hasDatabase ? 'on every replicaset that has a database' : bringers.length > 0 ? `comes with ${bringers.join(', ')}` : null;
    // A hidden one that nothing needs any more goes by itself.
    if (hidden && !permanent && fixed === null) return [];
    return [{ name, summary: [summary.replace(/\.$/, ''), dependencies.length > 0 ? `brings ${dependencies.join(', ')} along` : ''].filter((part) => part !== '').join('; '), checked: fixed !== null || value.includes(name), fixed }];
  });
}

/** Whether a replicaset of these roles runs that one, chosen or not. */
export const isOn = (name: string, roles: readonly string[], infos: Infos): boolean => roles.includes(name) || roleChoices(infos, roles).some((one) => one.name === name && one.checked) || roles.some((one) => reaches(one, name, infos));

/** Whether one depends on the other, also by way of others. A circle, which is refused elsewhere, ends too. */
function reaches(from: string, to: string, infos: Infos, seen: ReadonlySet<string> = new Set()): boolean {
  if (seen.has(from)) return false;
  const next = infos.find(({ name }) => name === from)?.dependencies ?? [];
  return next.includes(to) || next.some((one) => reaches(one, to, infos, new Set([...seen, from])));
}

/** What was chosen, from the boxes that are ticked: what is on by itself is not a choice, unless it was one before. */
export function chosenRoles(ticked: readonly string[], { value, choices }: { value: readonly string[]; choices: readonly RoleChoice[] }): string[] {
  const fixed = choices.filter((one) => one.fixed !== null).map(({ name }) => name);
  return [...ticked.filter((name) => !fixed.includes(name) || value.includes(name)), ...value.filter((name) => fixed.includes(name) && !ticked.includes(name))];
}
