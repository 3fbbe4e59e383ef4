import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { CoterieError, errors } from '~/contract/errors.ts';
import { startAgent } from './agent.ts';
import { forget } from './data/forget.ts';
import { openFolder } from './data/folder.ts';
import { openLogger, type Logger } from './logs/logger.ts';
import { helpText, parseCommandLine, type CommandLine } from './settings/flags.ts';
import { readMetricsToken, readSecret, readSettingsFile, readStatePassword, settingsTable } from './settings/read.ts';
import { resolveAll, settingsOf, type Resolved } from './settings/resolve.ts';
import { agentVersion } from './version.ts';

/** `coterie agent [flags]` runs one agent; `coterie agent config [flags]` shows its settings and where each comes from. */

async function resolved({ flags, file }: CommandLine): Promise<Resolved[]> {
  const path = file ?? process.env.COTERIE_CONFIG;
  return resolveAll({ flags, environment: process.env, file: path === undefined ? null : await readSettingsFile(path) });
}

async function run(line: CommandLine): Promise<void> {
  const settings = settingsOf(await resolved(line));
  const warn = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  const secret = readSecret(settings, warn);
  const metricsToken = readMetricsToken(settings, warn);
  const statePassword = readStatePassword(settings, warn);
  const folder = openFolder(settings.dataDir);
  if (settings.forget) {
    const to = forget(folder, Date.now());
    if (to !== null) warn(`What this instance was is in ${to}; it starts as a new one.`);
  }
  const log = openLogger(folder.agentLog, { level: settings.logLevel, name: settings.name ?? 'agent', now: Date.now, stderr: true });
  const starting = startAgent({ settings, secret, metricsToken, statePassword, log, luaFolder: luaFolder(), routerFile: routerFile() });
  onSignals((keepDatabase) => starting.then((agent) => agent.stop({ keepDatabase })), { log, keepDatabase: settings.keepDatabase });
  process.on('unhandledRejection', (reason) => log.error({ error: reason instanceof Error ? reason.stack : String(reason) }, 'a defect: a rejection that nobody handled'));
  await starting;
  // What an agent does it does seldom: too seldom for V8 to make machine code of it, and much of it while a change waits. From here on that is made at once.
  setFlagsFromString('--always-sparkplug');
}

/** Before the agent is up, so that a signal that comes early stops it as well as a late one. */
function onSignals(stop: (keepDatabase: boolean) => Promise<void>, { log, keepDatabase }: { log: Logger; keepDatabase: boolean }): void {
  let stopping = false;
  const end = async (keep: boolean) => {
    // A second signal does not wait; Tarantool then goes on, and the next agent finds it.
    if (stopping) process.exit(1);
    stopping = true;
    try {
      await stop(keep);
      process.exit(0);
    } catch (error) {
      log.fatal({ error: String(error) }, 'could not stop cleanly');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void end(keepDatabase));
  process.on('SIGINT', () => void end(keepDatabase));
  process.on('SIGUSR2', () => void end(true));
}

/** Beside the bundle (dist/agent/main.mjs, dist/lua), or in the source tree. */
function luaFolder(): string {
  const candidates = ['../lua', '../../lua'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = candidates.find((path) => existsSync(`${path}/main.lua`));
  if (found === undefined) throw new CoterieError('INTERNAL', `lua/main.lua is missing: looked in ${candidates.join(' and ')}`);
  return found;
}

/** Beside the bundle: it is a program of its own. */
function routerFile(): string | null {
  const file = fileURLToPath(new URL('../router/main.mjs', import.meta.url));
  return existsSync(file) ? file : null;
}

const troubles: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO'];

/** What a person has to mend, and no fault of the program; null for anything else. */
function diskTrouble(error: unknown): string | null {
  const { code, message } = error as NodeJS.ErrnoException;
  return troubles.includes(code) ? `its data directory cannot be used: ${message}. A database that runs goes on; start the agent again when that is mended.` : null;
}

async function main(): Promise<void> {
  const line = parseCommandLine(process.argv.slice(2));
  switch (line.command) {
    case 'help':
      return void process.stdout.write(`${helpText()}\n`);
    case 'version':
      return void process.stdout.write(`${agentVersion}\n`);
    case 'config':
      return void process.stdout.write(`${settingsTable(await resolved(line))}\n`);
    case 'run':
      return run(line);
  }
}

main().catch((error: unknown) => {
  const known = error instanceof CoterieError;
  process.stderr.write(`coterie agent: ${known ? error.message : (diskTrouble(error) ?? (error as Error).stack)}\n`);
  process.exit(known ? errors[error.code].exit : 1);
});
