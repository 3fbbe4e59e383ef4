import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAccess } from '~/server/access/index.ts';
import { openStore, type Store } from '~/server/store/index.ts';
import { infoIn } from './data-dir.ts';
import { UsageError, usage } from './settings.ts';

/**
 * `coterie server claim-link`: the way back in for an admin who has lost the password. Works on the database itself,
 * beside a running server or without one: whoever may write that file needs no other proof.
 */

/** Long enough to walk to a browser, too short to be found in a scrollback next week. */
const validMs = 3_600_000;

type Asked = { readonly dataDir: string; readonly databaseUrl: string | undefined; readonly publicUrl: string | undefined; readonly user: string | null; readonly reason: string | null };

/** What to print. */
export async function claimLink(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const asked = read(argv, env);
  const { url, database } = placeOf(asked);
  const store = await openStore(database);
  try {
    return await made(store, asked, url);
  } finally {
    await store.close();
  }
}

function read(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Asked {
  const text = { type: 'string' as const };
  try {
    const { values } = parseArgs({ args: [...argv], options: { 'data-dir': text, 'public-url': text, user: text, reason: text } });
    return {
      dataDir: values['data-dir'] ?? (env['COTERIE_DATA_DIR'] || 'coterie-server'),
      databaseUrl: env['COTERIE_DATABASE_URL'] || env['DATABASE_URL'] || undefined,
      publicUrl: values['public-url'] ?? (env['COTERIE_PUBLIC_URL'] || undefined),
      user: values.user ?? null,
      reason: values.reason ?? null,
    };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Where the server is reached and what it keeps its users in, as it said at its last start. */
function placeOf({ dataDir, databaseUrl, publicUrl }: Asked): { url: string; database: string } {
  const info = infoIn(dataDir);
  if (info === null) throw new Error(`${dataDir} is not the data directory of a server that has been started: give it with --data-dir.`);
  const url = (publicUrl ?? info.url).replace(/\/$/, '');
  if (databaseUrl !== undefined) return { url, database: databaseUrl };
  if (info.provider === 'postgresql') throw new Error('This server keeps its users in PostgreSQL: put the URL that it is started with into the variable DATABASE_URL.');
  const file = join(dataDir, 'coterie.db');
  if (!existsSync(file)) throw new Error(`There is no database ${file}. Where the server is started with a database URL, put that into the variable DATABASE_URL.`);
  return { url, database: `file:${file}` };
}

async function made(store: Store, { user: name, reason }: Asked, url: string): Promise<string> {
  const user = name === null ? null : await store.users.get(name);
  const admins = (await store.users.list()).filter(({ role }) => role === 'admin').map((admin) => admin.name);
  if (name !== null && user === null) throw new Error(`There is no user ${name}. Admins are: ${admins.join(', ') || 'none'}.`);
  const access = createAccess({ store, now: () => Date.now(), random: randomBytes }, { secure: false });
  const { code, until } = await access.claim.recover({ user: name, forMs: validMs });
  const input = { user: name, until };
  await store.audit.append({ at: Date.now(), actor: `${userInfo().username}@${hostname()}`, surface: 'system', operation: 'server.claimLink', target: name, reason, outcome: 'ok', error: null, input, before: null, after: null, address: null });
  const does = user === null ? `Makes an admin of any name${admins.length === 0 ? '' : `, or gives one of these a new password: ${admins.join(', ')}`}.` : `Gives ${user.name} (${user.role}${user.disabled ? ', disabled until then' : ''}) a new password.`;
  return `${url}/claim?code=${code}${name === null ? '' : `&name=${encodeURIComponent(name)}`}\n${does} Works once, until ${new Date(until).toISOString()}; an earlier link of this kind has ended.\n`;
}
