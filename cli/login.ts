import type { Command } from 'commander';
import { CoterieError } from '~/contract/errors.ts';
import { entryOf } from '~/contract/index.ts';
import { call } from './client.ts';
import { contextsFile, readContexts, targetOf, writeContexts } from './contexts.ts';
import type { Shell } from './operation.ts';
import { secretFrom } from './terminal.ts';
import { readText } from './values.ts';

/** `coterie login`: keeps an API token in a context, so that every later command is signed in. */

type Options = { server?: string; context?: string; user?: string; passwordFile?: string; claim?: string; tokenFile?: string };
type Signed = { data: { user: string; token: string | null } };

export function addSessionCommands(command: Command, shell: Shell): void {
  command
    .command('login')
    .description('Sign in and keep the token in a context')
    .option('--server <url>', 'server to sign in to')
    .option('--context <name>', 'name of the context [default: default]')
    .option('--user <name>', 'login name')
    .option('--password-file <file>', 'password; asked for on a terminal when absent, - reads standard input')
    .option('--claim <link>', 'a one-time link: makes the first admin, or lets a lost one back in')
    .option('--token-file <file>', 'keep this API token rather than sign in; - reads standard input')
    .action((options: Options) => login(options, shell));
  command
    .command('logout')
    .description('Forget the token of a context')
    .option('--context <name>', 'context [default: the current one]')
    .action((options: Options) => logout(options, shell));
}

async function login(options: Options, shell: Shell): Promise<void> {
  const claimed = options.claim === undefined ? null : claimOf(options.claim);
  const server = options.server ?? claimed?.server;
  const target = { ...targetOf(server ? { server } : {}, { ...shell.env, COTERIE_CONTEXT: undefined }), token: null };
  const signed = options.tokenFile === undefined ? await signIn({ ...(claimed?.name === undefined ? {} : { user: claimed.name }), ...options }, { target, code: claimed?.code ?? null, shell }) : await keep(readText(options.tokenFile).trim(), target);
  const file = contextsFile(shell.env);
  const contexts = readContexts(file);
  const name = options.context ?? 'default';
  writeContexts(file, { current: name, contexts: { ...contexts.contexts, [name]: { server: target.server, token: signed.token, user: signed.user } } });
  shell.terminal.say(`Signed in to ${target.server} as ${signed.user}; kept in context "${name}".\n`);
}

function claimOf(link: string): { server: string | undefined; code: string; name: string | undefined } {
  if (!/^https?:/.test(link)) return { server: undefined, code: link, name: undefined };
  const url = new URL(link);
  const code = url.searchParams.get('code');
  if (code === null) throw new CoterieError('BAD_INPUT', 'The one-time link has no code; copy it whole.');
  return { server: url.origin, code, name: url.searchParams.get('name') ?? undefined };
}

type Place = { target: ReturnType<typeof targetOf>; code: string | null; shell: Shell };

async function signIn(options: Options, { target, code, shell }: Place): Promise<{ user: string; token: string | null }> {
  const asks = shell.terminal.interactive && options.user === undefined;
  const name = options.user ?? (code === null && asks ? await shell.terminal.ask('Login name: ') : 'admin');
  const password = options.passwordFile === undefined ? await secretFrom(shell.terminal, code === null ? 'Password' : `New password for ${name}`, 'password') : readText(options.passwordFile).replace(/\r?\n$/, '');
  const entry = entryOf(code === null ? 'session.login' : 'session.claim');
  const { data } = (await call(target, entry, { name, password, token: true, ...(code === null ? {} : { code }) }, { timeoutMs: 30_000 })) as Signed;
  return data;
}

async function keep(token: string, target: Place['target']): Promise<{ user: string; token: string }> {
  const me = (await call({ ...target, token }, entryOf('session.me'), {}, { timeoutMs: 10_000 })) as { user: string };
  return { user: me.user, token };
}

async function logout(options: Options, shell: Shell): Promise<void> {
  const target = targetOf(options, shell.env);
  const file = contextsFile(shell.env);
  const contexts = readContexts(file);
  const kept = contexts.contexts[target.name];
  if (!kept) throw new CoterieError('NOT_FOUND', `There is no context "${target.name}".`);
  const id = /^coterie_([^_]+)_/.exec(kept.token ?? '')?.[1];
  // The server may be gone for good: then forgetting is all that can be done, and it is said.
  const revoked = id !== undefined && (await call(target, entryOf('token.revoke'), { id }, { timeoutMs: 10_000 }).then(() => true, () => false));
  writeContexts(file, { ...contexts, contexts: { ...contexts.contexts, [target.name]: { ...kept, token: null, user: null } } });
  shell.terminal.say(revoked ? `Signed out of ${target.server}.\n` : `The token is forgotten here; ${target.server} could not be told to revoke it.\n`);
}
