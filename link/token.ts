import { jwtVerify, SignJWT } from 'jose';

/** Time-limited HMAC tokens between servers and agents (JWT, HS256). `aud` is the callee's uuid, `sub` names the caller. */

const lifetimeSeconds = 30;
/** How far two hosts' clocks may differ. */
const clockToleranceSeconds = 30;

export type Caller = { readonly name: string };

/** Signs a token per callee and keeps it for half of its life: signing at each call would cost more than the call. */
export class TokenSigner {
  readonly #kept = new Map<string, { token: string; renewAt: number }>();

  constructor(
    readonly key: Uint8Array,
    readonly caller: Caller,
    readonly nowMs: () => number = Date.now,
  ) {}

  async tokenFor(callee: string): Promise<string> {
    const kept = this.#kept.get(callee);
    const now = this.nowMs();
    if (kept && now < kept.renewAt) return kept.token;
    const seconds = Math.floor(now / 1000);
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(this.caller.name)
      .setAudience(callee)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + lifetimeSeconds)
      .sign(this.key);
    if (this.#kept.size > 10_000) this.#kept.clear();
    this.#kept.set(callee, { token, renewAt: now + (lifetimeSeconds * 1000) / 2 });
    return token;
  }
}

/** The caller, and until when the token is good (ms); null where it is missing, wrong, stale or meant for somebody else. */
export async function verifyToken(header: string | null | undefined, { key, callee }: { key: Uint8Array; callee: string }): Promise<(Caller & { readonly untilMs: number }) | null> {
  if (!header?.startsWith('Bearer ') || header.length > 2048) return null;
  try {
    const { payload } = await jwtVerify(header.slice(7), key, { audience: callee, algorithms: ['HS256'], clockTolerance: clockToleranceSeconds, maxTokenAge: lifetimeSeconds + clockToleranceSeconds });
    // As it was checked: by its own end, and by its age.
    const endsAt = Math.min(payload.exp ?? Infinity, (payload.iat ?? 0) + lifetimeSeconds + clockToleranceSeconds);
    return payload.sub === undefined ? null : { name: payload.sub, untilMs: (endsAt + clockToleranceSeconds) * 1000 };
  } catch {
    return null;
  }
}

/** A caller's token is good for many calls: one that was found good is known again until it ends. */
export class TokenVerifier {
  readonly #known = new Map<string, Caller & { readonly untilMs: number }>();

  constructor(
    readonly options: { readonly key: Uint8Array; readonly callee: string },
    readonly nowMs: () => number = Date.now,
  ) {}

  async verify(header: string | null | undefined): Promise<Caller | null> {
    const now = this.nowMs();
    const known = header ? this.#known.get(header) : undefined;
    if (known && now < known.untilMs) return known;
    const caller = await verifyToken(header, this.options);
    if (caller === null || !header) return caller;
    if (this.#known.size >= knownMax) this.#known.clear();
    this.#known.set(header, caller);
    return caller;
  }
}

const knownMax = 1000;
