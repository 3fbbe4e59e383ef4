import type { Role } from '~/contract/operation.ts';
import type { StoredToken } from '~/server/store/index.ts';
import type { Actor, Components } from './actor.ts';
import { lesser } from './roles.ts';
import { base64url, hex, sameText, secretBytes, sha256 } from './secrets.ts';

/** API tokens: `coterie_<id>_<secret>`. The id finds the row, the hash of the secret proves it; the secret is kept nowhere. */
const shape = /^coterie_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** Names of tokens that a login made: they end with the password that made them. */
export const loginTokenPrefix = 'login from ';

/** `lastUsedAt` is written at most this often. */
const touchMs = 60_000;

export type NewToken = { readonly name: string; readonly role: Role; readonly userName: string; readonly days: number };

export class Tokens {
  constructor(readonly components: Components) {}

  /** The text is shown once. */
  async issue({ name, role, userName, days }: NewToken): Promise<{ token: StoredToken; text: string }> {
    const { store, now, random } = this.components;
    const [id, secret] = [hex(random(6)), base64url(random(secretBytes))];
    const at = now();
    const stored = { id, name, role, userName, hash: sha256(secret), createdAt: at, expiresAt: at + days * 86_400_000, lastUsedAt: null };
    await store.tokens.create(stored);
    return { token: stored, text: `coterie_${id}_${secret}` };
  }

  async find(text: string): Promise<Actor | null> {
    const [, id, secret] = shape.exec(text) ?? [];
    if (id === undefined || secret === undefined) return null;
    const { store, now } = this.components;
    const found = await store.tokens.get(id);
    if (found === null || !sameText(found.token.hash, sha256(secret))) return null;
    const { token, user } = found;
    const at = now();
    if ((token.expiresAt !== null && at >= token.expiresAt) || user.disabled) return null;
    // Who may read may read, also where a full disk keeps us from noting it.
    if (token.lastUsedAt === null || at - token.lastUsedAt >= touchMs) await store.tokens.touch(id, at).catch(() => {});
    return { user: user.name, role: lesser(user.role, token.role), via: 'token', tokenId: id };
  }
}
