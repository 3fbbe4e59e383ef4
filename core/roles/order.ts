/** Names in the order of what they need: those that others need first, otherwise by name. */

export type Needs = ReadonlyMap<string, readonly string[]>;

/** These and all that they need, themselves or through others. */
export function allNeeded(names: readonly string[], needsOf: (name: string) => readonly string[]): Set<string> {
  const all = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (all.has(name)) continue;
    all.add(name);
    open.push(...needsOf(name));
  }
  return all;
}

/** Names that the map does not have are left out. A cycle is entered where its first name stands. */
export function inDependencyOrder(names: readonly string[], needs: Needs): string[] {
  const ordered = new Set<string>();
  const entered = new Set<string>();
  const enter = (name: string): void => {
    if (entered.has(name)) return;
    entered.add(name);
    for (const needed of (needs.get(name) ?? []).toSorted()) enter(needed);
    if (needs.has(name)) ordered.add(name);
  };
  for (const name of names.toSorted()) enter(name);
  return [...ordered];
}

/** Each cycle once, from its first name by the alphabet back to it: a, b, a. */
export function cyclesIn(needs: Needs): string[][] {
  const cycles = new Map<string, string[]>();
  const done = new Set<string>();
  const walk = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      const cycle = trail.slice(start);
      const first = cycle.indexOf(cycle.toSorted()[0] ?? name);
      const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
      cycles.set(turned.join(' '), [...turned, turned[0] ?? name]);
      return;
    }
    if (done.has(name)) return;
    for (const needed of needs.get(name) ?? []) walk(needed, [...trail, name]);
    done.add(name);
  };
  for (const name of [...needs.keys()].toSorted()) walk(name, []);
  return [...cycles.values()];
}
