import { CoterieError } from '~/contract/errors.ts';
import type { Role } from '~/contract/operation.ts';
import type { Components } from './actor.ts';
import type { Passwords } from './passwords.ts';
import { base64url, secretBytes, sha256 } from './secrets.ts';
import { loginTokenPrefix } from './tokens.ts';

/**
 * One-time codes. That of the first start makes the first admin, and is worthless once there is any user. That of
 * `coterie server claim-link` lets back in whoever may read and write the server's database anyway.
 */
const keyOf = (code: string) => `claim:${sha256(code)}`;

/** One at a time: a new one ends the one before it. */
const recoveryKey = 'claim-recovery';
type Recovery = { readonly hash: string; readonly user: string | null; readonly until: number };

/** What a code would do for this name. */
export type Claimed = { readonly does: 'first' } | { readonly does: 'create' | 'reset'; readonly role: Role; /** As kept in the database. */ readonly recovery: string };

export class Claim {
  constructor(
    readonly components: Components,
    readonly passwords: Passwords,
    readonly onClaimed: () => void,
  ) {}

  /** Null once the cluster has users. `known` is the code of an earlier start, kept beside the data: it stays valid if it still is. */
  async open(known: string | null): Promise<string | null> {
    const { store } = this.components;
    if ((await store.users.count()) > 0) return null;
    if (known !== null && (await store.meta.get(keyOf(known))) !== null) return known;
    const code = this.#newCode();
    await store.meta.set(keyOf(code), 'open');
    return code;
  }

  /** For `user` only: a new password. For null: an admin by any name, new or not. */
  async recover({ user, forMs }: { user: string | null; forMs: number }): Promise<{ code: string; until: number }> {
    const { store, now } = this.components;
    const code = this.#newCode();
    const until = now() + forMs;
    await store.meta.set(recoveryKey, JSON.stringify({ hash: sha256(code), user, until } satisfies Recovery));
    return { code, until };
  }

  /** Does nothing but check: for a preview too. */
  async check(code: string, name: string): Promise<Claimed> {
    const { store, now } = this.components;
    const kept = await store.meta.get(recoveryKey);
    const recovery = kept === null ? null : (JSON.parse(kept) as Recovery);
    if (kept !== null && recovery?.hash === sha256(code)) {
      if (now() >= recovery.until) throw new CoterieError('UNAUTHENTICATED', 'The one-time link has expired: make a new one with `coterie server claim-link`.');
      if (recovery.user !== null && recovery.user !== name) throw new CoterieError('BAD_INPUT', `This one-time link is for ${recovery.user}.`, { issues: [{ field: 'name', message: `only ${recovery.user}` }] });
      const user = await store.users.get(name);
      const role = recovery.user !== null && user !== null ? user.role : 'admin';
      return { does: user === null ? 'create' : 'reset', role, recovery: kept };
    }
    if ((await store.meta.get(keyOf(code))) === null) throw notValid();
    if ((await store.users.count()) > 0) throw alreadyClaimed();
    return { does: 'first' };
  }

  /** The role that the user has then. */
  async use(code: string, user: { name: string; password: string }): Promise<Role> {
    const claimed = await this.check(code, user.name);
    const passwordHash = await this.passwords.hash(user.password);
    const role = claimed.does === 'first' ? await this.#first(code, { name: user.name, passwordHash }) : await this.#recovered(claimed, { name: user.name, passwordHash });
    this.onClaimed();
    return role;
  }

  async #first(code: string, { name, passwordHash }: { name: string; passwordHash: string }): Promise<Role> {
    const { store, now } = this.components;
    const created = await store.users.createFirst({ name, role: 'admin', passwordHash, createdAt: now(), lastLoginAt: null, disabled: false });
    await store.meta.takeIf(keyOf(code), 'open');
    if (created === 'not first') throw alreadyClaimed();
    return 'admin';
  }

  async #recovered({ does, role, recovery }: Exclude<Claimed, { does: 'first' }>, { name, passwordHash }: { name: string; passwordHash: string }): Promise<Role> {
    const { store, now } = this.components;
    // Taken first: of two that use it at once, one does.
    if (!(await store.meta.takeIf(recoveryKey, recovery))) throw notValid();
    const done = does === 'create' ? await store.users.create({ name, role, passwordHash, createdAt: now(), lastLoginAt: null, disabled: false }) : await store.users.newPassword(name, { passwordHash, was: null, rights: { role, disabled: false }, tokensNamed: loginTokenPrefix, keep: {} });
    if (done === 'exists' || done === 'missing') throw new CoterieError('CONFLICT', `Somebody has just ${done === 'exists' ? 'made' : 'deleted'} the user ${name}: make a new link with \`coterie server claim-link\`.`, { name });
    return role;
  }

  #newCode(): string {
    return base64url(this.components.random(secretBytes));
  }
}

const notValid = () => new CoterieError('UNAUTHENTICATED', 'The one-time link is not valid or has been used: take the newest one from the output of the server, or make one with `coterie server claim-link`.');
const alreadyClaimed = () => new CoterieError('CONFLICT', 'This cluster has an admin already: sign in, or ask that person for an account. If no admin can sign in any more, `coterie server claim-link` on a machine of a server makes a new link.');
