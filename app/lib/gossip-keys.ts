import type { z } from 'zod';
import type { contract } from '~/contract/index.ts';

/** What can be done with each gossip key now. The server refuses what is not safe; this only says it early. */

export type KeyRow = z.output<typeof contract.gossip.keyring.output>[number];
export type KeyStep = { readonly row: KeyRow; /** Null: may be used now. */ readonly useRefusal: string | null; readonly removeRefusal: string | null };

export function keySteps(rows: readonly KeyRow[]): KeyStep[] {
  return rows.map((row) => ({
    row,
    useRefusal: row.primary ? 'In use already' : row.missing.length > 0 ? `Not on every member yet: ${row.missing.join(', ')}` : null,
    removeRefusal: row.primary ? 'Members seal with it: use another key first' : null,
  }));
}

/** The one sentence that says where a rotation stands. */
export function rotationSentence(rows: readonly KeyRow[]): string {
  const fresh = rows.find(({ primary }) => !primary);
  if (rows.filter(({ primary }) => primary).length > 1) return 'Two keys are in use: members are on the way from one to the other. Use the new one again.';
  if (fresh === undefined) return 'No rotation is under way.';
  if (fresh.missing.length > 0) return `Key ${fresh.id} is not on every member yet.`;
  return `Key ${fresh.id} is on every member but not in use: use it if it is the new one, remove it if it is the old one.`;
}
