import { Command, CommanderError, Option } from 'commander';
import { CoterieError } from '~/contract/errors.ts';
import { contract, entriesOf, kebab, type Entry } from '~/contract/index.ts';
import { addContextCommands } from './context-commands.ts';
import { addPull, pushWatching } from './code-commands.ts';
import { elsewhere } from './elsewhere.ts';
import { evens } from './even.ts';
import { addSessionCommands } from './login.ts';
import { declare, inputOf, perform, type Globals, type Shell } from './operation.ts';
import { formats } from './output/index.ts';

/** The whole command tree, made by a loop over the contract, plus a few short names for what people type most. */

const nounSummaries: Record<keyof typeof contract, string> = {
  cluster: 'The cluster as a whole: overview, health, issues, events',
  issue: 'What is said about issues: acknowledge, mute',
  rule: 'Rules over the event stream: what comes too often, or not at all',
  instance: 'Instances: join, edit, disable, expel, restart, logs, console',
  replicaset: 'Replicasets: create, edit, delete, restart replication',
  failover: 'Who leads: status, switch, promote, pause, evacuate, incidents, settings',
  sharding: 'Where the buckets are: status, bootstrap, weights, pause, move, pin, doctor, settings',
  router: 'Where clients connect: list, status, restart, settings',
  topology: 'The whole cluster as a file: plan, apply, export, diff',
  role: 'Roles, built-in and custom: list, get',
  code: 'Files of custom roles: tree, get, pull, diff, validate, push',
  schema: 'Spaces of custom roles: list, export, check, apply',
  function: 'Functions of custom roles: list, get, call, stats, history',
  migration: 'Migrations of custom roles: list, run, resume, down, mark, abort',
  config: 'Configuration versions: history, diff, restore, sections',
  applyRun: 'Runs that applied a configuration',
  databaseUser: 'Users of the database: who may connect to instances and routers, and do what',
  databaseRole: 'Roles of the database: sets of privileges for its users',
  user: 'Users of the control plane',
  token: 'API tokens',
  session: 'Signing in and out, your password, sessions',
  audit: 'Who did what',
  gossip: 'Gossip members, counters and keys',
  alert: 'Who is told of issues: webhooks, mail, silences, deliveries',
  data: 'Rows: browse, export, insert, change, delete',
  console: 'Lua and SQL on one instance, on masters, or on all',
  retention: 'How long events, audit entries and runs are kept',
};

/** Short names: what they stand for. */
const aliases: Record<string, string> = { status: 'cluster.overview', apply: 'topology.apply', diff: 'topology.diff', export: 'topology.export', health: 'cluster.health' };

export type Program = { readonly command: Command; readonly exitCode: () => number };

/** `wanted` limits flags to the noun that was typed: describing all of them costs more than the 150 ms of --help. */
export function programOf(shell: Shell, { wanted, version }: { wanted: string | undefined; version: string }): Program {
  let exitCode = 0;
  const command = new Command('coterie').description('Coterie: control plane for replicated, sharded Tarantool clusters').version(version, '-V, --version');
  const entries = entriesOf(contract);
  command.configureOutput({
    writeErr: shell.terminal.say,
    outputError: (text, write) => {
      const [, word] = /unknown command '(.+)'/.exec(text) ?? [];
      write(`${text}${word === undefined ? '' : elsewhere(entries, word, word === wanted ? null : (wanted ?? null))}`);
    },
  });
  command.exitOverride().showHelpAfterError('(see --help)').enablePositionalOptions();
  command.addHelpText('after', '\n`coterie agent` and `coterie server` start those programs; each has its own --help.\nExit codes: 0 ok, 1 failed or differs, 2 usage, 3 not found, 4 conflict, 5 not allowed, 6 refused as unsafe, 7 still running, 8 partly done.');

  const run = (entry: Entry, leaf: Command) => async () => {
    const globals = leaf.optsWithGlobals<Globals>();
    const [folder] = leaf.args;
    const follows = entry.name === 'code.push' && globals.watch === true;
    if (follows && folder === undefined) throw new CoterieError('BAD_INPUT', '--watch needs a folder: coterie code push DIR --watch.');
    const input = await inputOf(entry, { args: leaf.args, options: leaf.opts() }, shell);
    if (follows && folder !== undefined) {
      exitCode = await pushWatching(entry, folder, { input, globals, shell });
      return;
    }
    exitCode = globals.watch && entry.operation.kind === 'query' ? await watch(() => perform(entry, input, { globals, shell }), shell) : await perform(entry, input, { globals, shell });
  };
  const leafOf = (parent: Command, name: string, entry: Entry) => {
    const leaf = parent.command(name).summary(entry.operation.summary).description([entry.operation.summary, entry.operation.details].filter(Boolean).join('\n\n'));
    leaf.addHelpText('after', `\nNeeds the role ${entry.operation.role}. REST and tRPC: ${entry.name}`);
    declare(leaf, entry);
    globalOptions(leaf, entry);
    leaf.action(run(entry, leaf));
  };

  for (const [noun, summary] of Object.entries(nounSummaries)) {
    const name = kebab(noun);
    const parent = command.command(name).description(summary).exitOverride();
    if (wanted !== name) continue;
    for (const entry of entries.filter((candidate) => candidate.noun === noun)) leafOf(parent, kebab(entry.verb), entry);
    if (noun === 'code') addPull(parent, shell);
  }
  for (const [name, stands] of Object.entries(aliases)) {
    const entry = entries.find((candidate) => candidate.name === stands)!;
    if (wanted === name) leafOf(command, name, entry);
    else command.command(name).description(`${entry.operation.summary} (${kebab(entry.noun)} ${kebab(entry.verb)})`);
  }
  addSessionCommands(command, shell);
  addContextCommands(command, shell);
  command
    .command('completion')
    .description('Print a completion script')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (which: string) => shell.out((await import('./completion.ts')).completion(which)));
  return { command, exitCode: () => exitCode };
}

function globalOptions(leaf: Command, entry: Entry): void {
  const { operation } = entry;
  leaf.addOption(new Option('-o, --output <format>', 'how to show the answer').choices(formats).default('table'));
  leaf.option('--server <url>', 'server to talk to');
  leaf.option('--context <name>', 'kept server and token to use');
  leaf.option('--timeout <duration>', 'give up after this long', '60s');
  if (entry.name === 'code.push') leaf.option('--watch', 'push the folder again with each change of it, until Ctrl-C');
  if (operation.kind === 'query') leaf.option('--watch', 'show again every second');
  if (operation.kind === 'mutation') leaf.option('--wait [duration]', evens(entry) ? 'until the buckets are even, with the progress on stderr [60s]' : 'until every instance is where it should be [60s]');
  // A script may say it to every change; only those that ask name it in their help.
  if (operation.kind === 'mutation') leaf.addOption(new Option('-y, --yes', 'do not ask').hideHelp(!operation.danger));
}

const watchEveryMs = 1000;

/** Clears only a terminal; a pipe gets one answer after the other. */
async function watch(show: () => Promise<number>, shell: Shell): Promise<number> {
  for (;;) {
    if (shell.colour) shell.out('\u001b[2J\u001b[H');
    await show();
    await new Promise((resolve) => setTimeout(resolve, watchEveryMs));
  }
}

export { CommanderError };
