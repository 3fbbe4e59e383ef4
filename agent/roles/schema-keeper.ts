import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { RoleFailure } from '~/contract/shapes/roles-status.ts';
import { canonicalJson } from '~/core/config/canonical.ts';
import type { Bundle } from '~/core/roles/bundle.ts';
import type { RoleFacts } from '~/agent/lifecycle/roles.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import { hashOf } from '~/link/hash.ts';
import { accountsOf, makesAccounts } from './accounts.ts';
import { roleOfFunction, roleOfSpace, schemaOrder, schemaPlan, schemaText } from './schema.ts';

/**
 * Spaces, users and rights on an instance that can be written: made once for all versions that want the same, again by whoever becomes writable,
 * and again after a while where something failed, or waits for a space or function that is not there. What is there is
 * looked at each time, so a process may end anywhere.
 */
export type SchemaKeeperParts = {
  readonly control: Pick<Supervisor, 'call' | 'id'>;
  readonly log: Logger;
  readonly now: () => number;
  /** Of the passwords of database users. */
  readonly key: Uint8Array;
};

type Made = { readonly pid: number | undefined; readonly hash: string; readonly ok: boolean; readonly retryAt: number };
/** As lua/roles/schema.lua tells it. */
type Told = { readonly done: boolean; readonly failed: readonly { readonly space?: string; readonly function?: string; readonly account?: string; readonly message: string }[]; readonly waiting: number };

const retryMs = 5000;
const answerMs = 3000;
/** They go with each status. */
const toldMax = 100;

export class SchemaKeeper {
  readonly #parts: SchemaKeeperParts;
  readonly #uuid: string;
  readonly #hashes = new WeakMap<ClusterConfig, string>();
  #made: Made | null = null;
  failed: readonly RoleFailure[] = [];

  constructor(parts: SchemaKeeperParts, { uuid }: { readonly uuid: string }) {
    this.#parts = parts;
    this.#uuid = uuid;
  }

  makesUsers(config: ClusterConfig): boolean {
    return config.database !== undefined && makesAccounts(config, this.#uuid);
  }

  /** Of all that is made from a configuration. */
  hashOf(config: ClusterConfig, bundle: Bundle): string {
    const known = this.#hashes.get(config);
    if (known) return known;
    const fresh = hashOf(`${schemaText(bundle)}${this.makesUsers(config) ? canonicalJson(config.database) : ''}`);
    this.#hashes.set(config, fresh);
    return fresh;
  }

  standing(readOnly: boolean): RoleFacts['schema'] {
    if (readOnly || this.#made?.pid !== this.#parts.control.id?.pid) {
      this.#made = null;
      this.failed = [];
    }
    return this.#made;
  }

  async apply(config: ClusterConfig, bundle: Bundle, waitSeconds: number): Promise<void> {
    const { control, log, now, key } = this.#parts;
    const { steps, refusals } = await schemaPlan(control, bundle);
    const { accounts, unread } = makesAccounts(config, this.#uuid) ? accountsOf(config, key) : { accounts: null, unread: [] };
    const hash = this.hashOf(config, bundle);
    const told = (await control.call('roles_schema_apply', { hash, steps, accounts, ...schemaOrder(bundle), wait: waitSeconds }, waitSeconds * 1000 + answerMs)) as Told;
    if (!told.done) return;
    const at = now();
    // One that failed before has failed since then.
    const since = (failure: Omit<RoleFailure, 'at'>): RoleFailure => ({ ...failure, at: this.failed.find(({ role, message }) => role === failure.role && message === failure.message)?.at ?? at });
    this.failed = [
      ...refusals.map(({ space, sentence, wayOut }) => since({ role: roleOfSpace(bundle, space), phase: 'schema', message: `${sentence} ${wayOut}`, stack: null })),
      ...unread.map((user) => since({ role: user, phase: 'users', message: `the password of '${user}' was sealed by another cluster secret: set it again`, stack: null })),
      ...told.failed.slice(0, toldMax).map(({ message, ...about }) => since({ ...ofWhat(bundle, about), message, stack: null })),
    ];
    const ok = this.failed.length === 0;
    this.#made = { pid: control.id?.pid, hash, ok: ok && told.waiting === 0, retryAt: at + retryMs };
    if (steps.length > 0 || !ok) log[ok ? 'info' : 'warn']({ steps: steps.length, failed: this.failed.map(({ message }) => message) }, 'spaces and rights of roles');
  }
}

function ofWhat(bundle: Bundle, { space, function: name, account }: Omit<Told['failed'][number], 'message'>): Pick<RoleFailure, 'role' | 'phase'> {
  if (account !== undefined) return { role: account, phase: 'users' };
  return name === undefined ? { role: roleOfSpace(bundle, space ?? ''), phase: 'schema' } : { role: roleOfFunction(bundle, name), phase: 'rights' };
}
