import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { CoterieError, errors } from '~/contract/errors.ts';
import { startAgent } from './agent.ts';
import { forget } from './data/forget.ts';
import { openFolder } from './data/folder.ts';
import { openLogger, type Logger } from './logs/logger.ts';
import { definitions, flagOf, settingNames, type Definition, type SettingName } from './settings/definitions.ts';
import { readSecret, readSettingsFile, settingsTable } from './settings/read.ts';
import { resolveAll, settingsOf, type Resolved } from './settings/resolve.ts';
import { agentVersion } from './version.ts';

/** `coterie agent [flags]` runs one agent; `coterie agent config [flags]` shows its settings and where each comes from. */

function withFlags(command: Command): Command {
  for (const name of settingNames) {
    const definition: Definition = definitions[name];
    if (definition.noFlag) continue;
    const choices = definition.choices ? ` (${definition.choices.join(', ')})` : '';
    const fallback = definition.fallback ? ` [${definition.fallback}]` : '';
    command.option(definition.kind === 'boolean' ? flagOf(name) : `${flagOf(name)} <value>`, `${definition.summary}${choices}${fallback}`);
  }
  return command.option('--config <file>', 'YAML file with "setting: value" lines (or COTERIE_CONFIG)');
}

function resolved(options: Record<string, unknown>): Resolved[] {
  const path = (options.config as string | undefined) ?? process.env.COTERIE_CONFIG;
  const flags = Object.fromEntries(settingNames.flatMap((name) => (options[name] === undefined ? [] : [[name, String(options[name])]]))) as Partial<Record<SettingName, string>>;
  return resolveAll({ flags, environment: process.env, file: path === undefined ? null : readSettingsFile(path) });
}

async function run(options: Record<string, unknown>): Promise<void> {
  const settings = settingsOf(resolved(options));
  const warn = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  const secret = readSecret(settings, warn);
  const folder = openFolder(settings.dataDir);
  if (settings.forget) {
    const to = forget(folder, Date.now());
    if (to !== null) warn(`What this instance was is in ${to}; it starts as a new one.`);
  }
  const log = openLogger(folder.agentLog, { level: settings.logLevel, name: settings.name ?? 'agent', stderr: true });
  const starting = startAgent({ settings, secret, log, luaFolder: luaFolder() });
  onSignals((keepDatabase) => starting.then((agent) => agent.stop({ keepDatabase })), { log, keepDatabase: settings.keepDatabase });
  process.on('unhandledRejection', (reason) => log.error({ error: reason instanceof Error ? reason.stack : String(reason) }, 'a defect: a rejection that nobody handled'));
  await starting;
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

const program = withFlags(new Command('coterie agent'))
  .description('Keeps one instance: joins the cluster, supervises its Tarantool, applies the configuration.')
  .version(agentVersion)
  .exitOverride()
  .action((options: Record<string, unknown>) => run(options));
withFlags(program.command('config'))
  .description('Prints each setting with its value and where that comes from.')
  .action((_options: unknown, command: Command) => void process.stdout.write(`${settingsTable(resolved(command.optsWithGlobals()))}\n`));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : errors.BAD_INPUT.exit);
  const known = error instanceof CoterieError;
  process.stderr.write(`coterie agent: ${known ? error.message : (error as Error).stack}\n`);
  process.exit(known ? errors[error.code].exit : 1);
}
