import type { Command } from 'commander';
import { entryOf, type Entry } from '~/contract/index.ts';
import type { CodeTree } from '~/contract/shapes/code.ts';
import { call } from './client.ts';
import { targetOf } from './contexts.ts';
import { CoterieError } from '~/contract/errors.ts';
import { folderInput, writeFolder } from './folder.ts';
import { durationMs, exitCodeOf, perform, type Globals, type Shell } from './operation.ts';
import { watched } from './folder-watch.ts';

/** The files of roles as a folder: `code pull DIR` fetches them, and `code push DIR --watch` follows an editor. */

export function addPull(parent: Command, shell: Shell): void {
  const pull = parent.command('pull').description('Fetch the files of the roles into a folder\n\nFiles of the folder that are not there any more are deleted; hidden files stay.').argument('<dir>', 'Folder that stands for roles/');
  pull.option('--version <n>', 'This version rather than the current one').option('--server <url>', 'server to talk to').option('--context <name>', 'kept server and token to use').option('--timeout <duration>', 'give up after this long', '60s');
  pull.action(async (folder: string) => {
    const options = pull.opts<Globals & { version?: string }>();
    const target = targetOf(options, shell.env);
    const timeoutMs = durationMs(options.timeout);
    const wanted = options.version === undefined ? {} : { version: Number(options.version) };
    const tree = (await call(target, entryOf('code.tree'), wanted, { timeoutMs })) as CodeTree;
    const { sections } = (await call(target, entryOf('config.download'), tree.version === 0 ? {} : { version: tree.version }, { timeoutMs })) as { sections: Record<string, string> };
    const { written, removed } = writeFolder(folder, Object.fromEntries(tree.files.map(({ file }) => [file, sections[file] ?? ''])));
    shell.terminal.say(`Version ${tree.version}: ${written} files in ${folder}${removed > 0 ? `, ${removed} deleted there` : ''}.\n`);
  });
}

/** Pushes now, and again with each change; a mistake is told, and the next change is waited for. */
export async function pushWatching(entry: Entry, folder: string, { input, globals, shell, signal = new AbortController().signal }: { input: Record<string, unknown>; globals: Globals; shell: Shell; signal?: AbortSignal }): Promise<number> {
  let exitCode = 0;
  for await (const _ of watched(folder, signal)) {
    try {
      exitCode = await perform(entry, { ...input, ...folderInput(folder) }, { globals, shell });
    } catch (error) {
      // Whatever it is, the next change may mend it.
      exitCode = exitCodeOf(error);
      shell.terminal.say(mistakes(error));
    }
  }
  return exitCode;
}

/** Mistakes in files begin with their place: what an editor can jump to. */
function mistakes(error: unknown): string {
  const refusals = error instanceof CoterieError ? ((error.data.refusals ?? []) as { sentence: string }[]) : [];
  if (refusals.length === 0) return `${error instanceof Error ? error.message : String(error)}\n`;
  return refusals.map(({ sentence }) => `${sentence}\n`).join('');
}
