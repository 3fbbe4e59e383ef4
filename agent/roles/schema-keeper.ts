import type { RoleFailure } from '~/contract/shapes/roles-status.ts';
import type { Bundle } from '~/core/roles/bundle.ts';
import type { RoleFacts } from '~/agent/lifecycle/roles.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import { roleOfFunction, roleOfSpace, schemaOrder, schemaPlan } from './schema.ts';

/**
 * Spaces and rights on an instance that can be written: made once for each bundle, again by whoever becomes writable, and
 * again after a while where something failed. What is there is looked at each time, so a process may end anywhere.
 */
export type SchemaKeeperParts = { readonly control: Pick<Supervisor, 'call' | 'id'>; readonly log: Logger; readonly now: () => number };

type Made = { readonly pid: number | undefined; readonly hash: string; readonly ok: boolean; readonly retryAt: number };
/** As lua/roles/schema.lua tells it. */
type Told = { readonly done: boolean; readonly failed: readonly { readonly space?: string; readonly function?: string; readonly message: string }[] };

const retryMs = 5000;
const answerMs = 3000;

export class SchemaKeeper {
  readonly #parts: SchemaKeeperParts;
  #made: Made | null = null;
  failed: readonly RoleFailure[] = [];

  constructor(parts: SchemaKeeperParts) {
    this.#parts = parts;
  }

  standing(readOnly: boolean): RoleFacts['schema'] {
    if (readOnly || this.#made?.pid !== this.#parts.control.id?.pid) {
      this.#made = null;
      this.failed = [];
    }
    return this.#made;
  }

  async apply(bundle: Bundle, waitSeconds: number): Promise<void> {
    const { control, log, now } = this.#parts;
    const { steps, refusals } = await schemaPlan(control, bundle);
    const told = (await control.call('roles_schema_apply', { hash: bundle.hash, steps, ...schemaOrder(bundle), wait: waitSeconds }, waitSeconds * 1000 + answerMs)) as Told;
    if (!told.done) return;
    const at = now();
    // One that failed before has failed since then.
    const since = (failure: Omit<RoleFailure, 'at'>): RoleFailure => ({ ...failure, at: this.failed.find(({ role, message }) => role === failure.role && message === failure.message)?.at ?? at });
    this.failed = [
      ...refusals.map(({ space, sentence, wayOut }) => since({ role: roleOfSpace(bundle, space), phase: 'schema', message: `${sentence} ${wayOut}`, stack: null })),
      ...told.failed.map(({ space, function: name, message }) => since({ role: name === undefined ? roleOfSpace(bundle, space ?? '') : roleOfFunction(bundle, name), phase: name === undefined ? 'schema' : 'rights', message, stack: null })),
    ];
    const ok = this.failed.length === 0;
    this.#made = { pid: control.id?.pid, hash: bundle.hash, ok, retryAt: at + retryMs };
    if (steps.length > 0 || !ok) log[ok ? 'info' : 'warn']({ steps: steps.length, failed: this.failed.map(({ message }) => message) }, 'spaces and rights of roles');
  }
}
