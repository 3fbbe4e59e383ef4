import { StoredRow } from '~/link/protocol.ts';
import { jsonOf } from '~/agent/data/identity.ts';

/** One line of a file of lost rows, as `lua/lost-rows.lua` writes it, in the words of the protocol. */

type Line = Partial<{ origin: number; lsn: number; time: number; transaction: number; operation: string; space: string; spaceId: number; key: unknown; tuple: unknown; operations: unknown; indexBase: number; raw: object }>;

/** `number`: its place in the file. A line that cannot be read is a row of its own that nothing can be done with. */
export function storedRow(text: string, number: number): StoredRow {
  const line = (jsonOf(text) ?? {}) as Line;
  const { origin = 0, lsn = 0, time = 0, transaction = null, operation = 'UNREADABLE', spaceId = null, key = null, tuple = null, operations = null, indexBase = 0, raw = {} } = line;
  const space = line.space ?? (spaceId === null ? '' : `#${spaceId}`);
  return { number, origin, lsn, at: Math.round(time * 1000), transaction, operation, space, spaceId, key, tuple, operations, indexBase, raw };
}
