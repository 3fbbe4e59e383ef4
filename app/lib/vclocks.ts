import type { AgentStatus, DatabaseStatus } from '~/contract/shapes/status.ts';
import { compare } from './rows.ts';

/** The vclocks of a replicaset beside each other: one row for each writer, one column for each member. */

export type Member = { readonly uuid: string; readonly alias: string; /** Null: it has not told. */ readonly status: AgentStatus | null };

export type VclockRow = {
  readonly id: string;
  /** Who wrote these rows; its number where nobody knows it. */
  readonly writer: string;
  /** In the order of the members; null = not told, or nothing from this writer. */
  readonly cells: readonly { readonly lsn: number | null; /** Rows that another member has of this writer and it has not; 0 of the writer itself, whose report is only the older one. */ readonly behind: number }[];
};

/** Rows of number 0 are local to each member and are not compared. */
const local = '0';

export function vclockRows(members: readonly Member[]): VclockRow[] {
  const databases = members.map(({ status }) => status?.database ?? null);
  const ids = [...new Set(databases.flatMap((database) => Object.keys(database?.vclock ?? {})))].filter((id) => id !== local).toSorted(compare);
  const names = writersOf(members);
  return ids.map((id) => {
    const lsns = databases.map((database) => (database === null ? null : (database.vclock[id] ?? 0)));
    const newest = Math.max(0, ...lsns.map((lsn) => lsn ?? 0));
    return { id, writer: names.get(id) ?? `member ${id}, not in this replicaset any more`, cells: lsns.map((lsn, index) => ({ lsn, behind: lsn === null || String(databases[index]!.id) === id ? 0 : newest - lsn })) };
  });
}

/** Number in `_cluster` to alias, as all members together know it. */
function writersOf(members: readonly Member[]): Map<string, string> {
  const aliases = new Map(members.map(({ uuid, alias }) => [uuid, alias]));
  const known = (database: DatabaseStatus) => [{ id: database.id, uuid: database.instanceUuid }, ...database.replication];
  return new Map(members.flatMap(({ status }) => (status?.database ? known(status.database) : [])).flatMap(({ id, uuid }) => {
    const alias = uuid === null ? undefined : aliases.get(uuid);
    return id > 0 && alias !== undefined ? [[String(id), alias] as const] : [];
  }));
}
