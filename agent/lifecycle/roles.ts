import type { Facts } from './facts.ts';
import { doing, type Part } from './parts.ts';

/** What is known of the code of custom roles here; null: none is wanted, and none is there. */
export type RoleFacts = {
  /** Hash of the bundle that the configuration asks for. */
  readonly wanted: string;
  /** Of the one that this Tarantool has brought into force since it started. */
  readonly applied: string | null;
  /** Hash of the spaces, users and rights that the configuration asks for. */
  readonly wantedSchema: string;
  /** Of those that were made, or tried, while this instance could be written without a break. */
  readonly schema: { readonly hash: string; readonly ok: boolean; readonly retryAt: number } | null;
};

/**
 * The last thing of all, where an instance serves already: its spaces and rights where it can be written, then its code. A
 * role that fails holds nothing up, and what a step has not done in its time is gone on with by the next, so that all else goes first.
 */
export function planRoles(facts: Facts, part: Part): Part {
  const { roles, database, now } = facts;
  if (part.step !== null || part.state !== 'ready' || roles === null || database?.configured !== true || database.status !== 'running') return part;
  const { wanted, wantedSchema, applied, schema } = roles;
  const made = schema?.hash === wantedSchema;
  if (!database.readOnly && (!made || (!schema.ok && schema.retryAt <= now))) return doing('ready', { kind: 'applySchema' }, part.reason);
  if (applied !== wanted) return doing('ready', { kind: 'applyRoles' }, part.reason);
  return made && !schema.ok && !database.readOnly ? { ...part, wakeAt: Math.min(part.wakeAt, schema.retryAt) } : part;
}
