import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { CoterieError } from '~/contract/errors.ts';

/** Where the CLI talks to, and as whom: named contexts in one file that only its owner can read. */

const Contexts = z.object({
  current: z.string().nullable(),
  contexts: z.record(z.string(), z.object({ server: z.url(), token: z.string().nullable(), user: z.string().nullable() })),
});
export type Contexts = z.output<typeof Contexts>;
export type Target = { readonly name: string; readonly server: string; readonly token: string | null; readonly user: string | null };

export const defaultServer = 'http://127.0.0.1:8080';

export const contextsFile = (env: NodeJS.ProcessEnv): string =>
  env.COTERIE_CONTEXTS ?? join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'coterie', 'contexts.json');

export function readContexts(file: string): Contexts {
  if (!existsSync(file)) return { current: null, contexts: {} };
  try {
    return Contexts.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new CoterieError('BAD_INPUT', `${file} is damaged: mend it, or delete it and sign in again with \`coterie login\`.`);
  }
}

export function writeContexts(file: string, contexts: Contexts): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, file);
}

/** Flags win over the environment, the environment over the current context. */
export function targetOf(options: { server?: string; context?: string }, env: NodeJS.ProcessEnv): Target {
  const { current, contexts } = readContexts(contextsFile(env));
  const name = options.context ?? env.COTERIE_CONTEXT ?? current;
  const kept = name === null ? undefined : contexts[name];
  if (name !== null && !kept && (options.context ?? env.COTERIE_CONTEXT)) throw new CoterieError('NOT_FOUND', `There is no context "${name}". See \`coterie context list\`.`);
  const server = options.server ?? env.COTERIE_SERVER ?? kept?.server ?? defaultServer;
  // A token belongs to the server that gave it: it is never sent to another one.
  const token = env.COTERIE_TOKEN ?? (kept?.server === server ? kept.token : null);
  return { name: name ?? 'default', server: server.replace(/\/+$/, ''), token, user: kept?.user ?? null };
}
