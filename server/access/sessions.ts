import type { Actor, Components } from './actor.ts';
import { base64url, hex, secretBytes, sha256 } from './secrets.ts';

/** Server-side sessions: the cookie is random, its hash is kept, and deleting the row ends the session everywhere at once. */
export const sessionLimits = {
  /** Not used for this long: over. A night, not a weekend. */
  idleMs: 12 * 3_600_000,
  /** Over in any case. */
  absoluteMs: 7 * 24 * 3_600_000,
  /** `lastSeenAt` is written at most this often, to spare the database a write per request. */
  touchMs: 60_000,
  /** Of one user: the oldest ends when there are more. */
  perUserMax: 50,
} as const;

/** What a cookie value can look like; anything else is not looked up. */
const shape = /^[A-Za-z0-9_-]{43}$/;

export class Sessions {
  constructor(readonly components: Components) {}

  async start(userName: string, { address, agent }: { address: string | null; agent: string | null }): Promise<{ id: string; cookie: string; maxAgeSeconds: number }> {
    const { store, now, random } = this.components;
    const cookie = base64url(random(secretBytes));
    const id = hex(random(8));
    const at = now();
    await store.sessions.create({ id, hash: sha256(cookie), userName, createdAt: at, lastSeenAt: at, expiresAt: at + sessionLimits.absoluteMs, address, agent });
    await store.sessions.trim(userName, sessionLimits.perUserMax);
    return { id, cookie, maxAgeSeconds: sessionLimits.absoluteMs / 1000 };
  }

  async find(cookie: string): Promise<Actor | null> {
    if (!shape.test(cookie)) return null;
    const { store, now } = this.components;
    const found = await store.sessions.byHash(sha256(cookie));
    if (found === null) return null;
    const { session, user } = found;
    const at = now();
    if (at >= session.expiresAt || at - session.lastSeenAt >= sessionLimits.idleMs || user.disabled) return null;
    // Who may read may read, also where a full disk keeps us from noting it.
    if (at - session.lastSeenAt >= sessionLimits.touchMs) await store.sessions.touch(session.id, at).catch(() => {});
    return { user: user.name, role: user.role, via: 'session', sessionId: session.id };
  }
}
