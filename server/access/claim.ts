import { CoterieError } from '~/contract/errors.ts';
import type { Components } from './actor.ts';
import type { Passwords } from './passwords.ts';
import { base64url, secretBytes, sha256 } from './secrets.ts';

/** The one-time code of the first start: whoever holds it makes the first admin. Worthless once there is any user. */
const keyOf = (code: string) => `claim:${sha256(code)}`;

export class Claim {
  constructor(
    readonly components: Components,
    readonly passwords: Passwords,
    readonly onClaimed: () => void,
  ) {}

  /** Null once the cluster has users. `known` is the code of an earlier start, kept beside the data: it stays valid if it still is. */
  async open(known: string | null): Promise<string | null> {
    const { store, random } = this.components;
    if ((await store.users.count()) > 0) return null;
    if (known !== null && (await store.meta.get(keyOf(known))) !== null) return known;
    const code = base64url(random(secretBytes));
    await store.meta.set(keyOf(code), 'open');
    return code;
  }

  /** Does nothing but check: for a preview. */
  async check(code: string): Promise<void> {
    const { store } = this.components;
    if ((await store.meta.get(keyOf(code))) === null) throw new CoterieError('UNAUTHENTICATED', 'The one-time link is not valid or has been used: take the newest one from the output of the server.');
    if ((await store.users.count()) > 0) throw alreadyClaimed();
  }

  async use(code: string, user: { name: string; password: string }): Promise<void> {
    await this.check(code);
    const { store, now } = this.components;
    const passwordHash = await this.passwords.hash(user.password);
    const created = await store.users.createFirst({ name: user.name, role: 'admin', passwordHash, createdAt: now(), lastLoginAt: null, disabled: false });
    await store.meta.takeIf(keyOf(code), 'open');
    if (created === 'not first') throw alreadyClaimed();
    this.onClaimed();
  }
}

const alreadyClaimed = () => new CoterieError('CONFLICT', 'This cluster has an admin already: sign in, or ask that person for an account.');
