import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { CoterieError, type ErrorCode } from '~/contract/errors.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import { createAccess, type Access, type Actor } from '~/server/access/index.ts';
import type { Context, Services } from '~/server/handlers/context.ts';
import type { Runtime } from '~/server/runtime/runtime.ts';
import { openStore, type Store } from '~/server/store/index.ts';

/** A database that has been migrated once: a copy of it opens ten times as fast as a new one. Each test file has its own. */
let template: Promise<string> | undefined;
afterAll(async () => {
  if (template) rmSync(dirname(await template), { recursive: true, force: true });
  template = undefined;
});

async function migrated(): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'coterie-access-')), 'x.db');
  await (await openStore(`file:${file}`)).close();
  return file;
}

/** Access on a real store with a clock and a chance of our own. */
export class World {
  now = 1_800_000_000_000;
  #seed = 1;
  readonly access: Access;
  readonly cookies: string[] = [];
  /** Events that handlers told. */
  readonly told: EventDraft[] = [];

  private constructor(
    readonly store: Store,
    readonly folder: string,
    secure: boolean,
  ) {
    this.access = createAccess({ store, now: () => this.now, random: (bytes) => this.bytes(bytes) }, { secure });
  }

  static async open({ secure = false } = {}): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'coterie-access-'));
    copyFileSync(await (template ??= migrated()), join(folder, 'x.db'));
    return new World(await openStore(`file:${join(folder, 'x.db')}`), folder, secure);
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Different at each call, the same in each run. */
  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => (this.#seed = (this.#seed * 48_271) % 2_147_483_647) & 255);
  }

  /** What a handler gets. Of the runtime only what takes events is there: these handlers must not need more. */
  context(actor: Actor | null = null, address = '10.0.0.1'): Context {
    const runtime = { name: 'demo', journal: { own: (drafts: readonly EventDraft[]) => void this.told.push(...drafts) } } as unknown as Runtime;
    const services = { runtime, store: this.store, access: this.access, now: () => this.now, newUuid: () => 'unused' } as Partial<Services> as Services;
    return { actor, surface: 'rest', address, agent: 'test', requestId: 'r', services, setCookie: (header) => void this.cookies.push(header), setTotal: () => {} };
  }

  async user(name: string, role: Actor['role'], password = 'correct horse'): Promise<Actor> {
    await this.store.users.create({ name, role, passwordHash: await this.access.passwords.hash(password), createdAt: this.now, lastLoginAt: null, disabled: false });
    return { user: name, role, via: 'session' };
  }

  /** By the last cookie that a handler set. */
  lastCookie(): string {
    return this.cookies.at(-1)!.split(';')[0]!;
  }

  by(credentials: { cookie?: string; token?: string; address?: string }): Promise<Actor | null> {
    const { cookie = null, token, address = '10.0.0.1' } = credentials;
    return this.access.authenticate({ cookie, authorization: token === undefined ? null : `Bearer ${token}`, address });
  }
}

/** The code of the error, or null where there is none. */
export async function codeOf(work: Promise<unknown>): Promise<ErrorCode | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof CoterieError) return error.code;
    throw error;
  }
}

export const plain = { dryRun: false, reason: undefined, expectedVersion: undefined };
