import type { Command } from 'commander';
import { CoterieError } from '~/contract/errors.ts';
import { contextsFile, readContexts, writeContexts } from './contexts.ts';
import type { Shell } from './operation.ts';
import { table } from './output/table.ts';

/** `coterie context`: which server the other commands talk to. */
export function addContextCommands(command: Command, shell: Shell): void {
  const file = contextsFile(shell.env);
  const context = command.command('context').description('Servers and tokens that are kept');
  context
    .command('list')
    .description('List contexts')
    .action(() => {
      const { current, contexts } = readContexts(file);
      const rows = Object.entries(contexts).map(([name, { server, user }]) => ({ current: name === current ? '*' : '', name, server, user }));
      if (rows.length === 0) return shell.terminal.say('No context yet; make one with `coterie login`.\n');
      shell.out(table(rows, ['current', 'name', 'server', 'user'], { colour: shell.colour, nowMs: shell.nowMs() }));
    });
  context
    .command('use')
    .description('Make a context the current one')
    .argument('<name>', 'context')
    .action((name: string) => {
      const contexts = readContexts(file);
      if (!contexts.contexts[name]) throw missing(name);
      writeContexts(file, { ...contexts, current: name });
      shell.terminal.say(`Commands now go to ${contexts.contexts[name].server}.\n`);
    });
  context
    .command('remove')
    .description('Forget a context and its token')
    .argument('<name>', 'context')
    .action((name: string) => {
      const { current, contexts } = readContexts(file);
      if (!contexts[name]) throw missing(name);
      const { [name]: _removed, ...rest } = contexts;
      writeContexts(file, { current: current === name ? null : current, contexts: rest });
      shell.terminal.say(`Context "${name}" is forgotten.\n`);
    });
}

const missing = (name: string) => new CoterieError('NOT_FOUND', `There is no context "${name}". See \`coterie context list\`.`);
