/**
 * Who may log in at a router: whoever a storage of the group knows. Where storages do not agree about a password, that of
 * most of them counts, and of equally many that of the first by its uuid; the names are told, as somebody has to mend it.
 */
export type UsersOf = Readonly<Record<string, string>>;

export function agreedUsers(storages: ReadonlyMap<string, UsersOf>): { readonly users: Record<string, string>; readonly differ: string[] } {
  const votes = new Map<string, Map<string, number>>();
  for (const uuid of [...storages.keys()].toSorted()) {
    for (const [name, hash] of Object.entries(storages.get(uuid)!)) {
      const hashes = votes.get(name) ?? new Map<string, number>();
      hashes.set(hash, (hashes.get(hash) ?? 0) + 1);
      votes.set(name, hashes);
    }
  }
  const names = [...votes.keys()].toSorted();
  const users = Object.fromEntries(names.map((name) => [name, mostOf(votes.get(name)!)]));
  const differ = names.filter((name) => [...votes.get(name)!.values()].reduce((sum, many) => sum + many, 0) < storages.size || votes.get(name)!.size > 1);
  return { users, differ };
}

/** A Map keeps the order in which they came, and sorting keeps the order of those that are alike. */
const mostOf = (hashes: ReadonlyMap<string, number>): string => [...hashes].toSorted(([, a], [, b]) => b - a)[0]![0];
