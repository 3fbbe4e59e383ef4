import { entryOf } from '~/contract/index.ts';
import type { CodeTree } from '~/contract/shapes/code.ts';
import { call } from './client.ts';
import type { Target } from './contexts.ts';

/** What `code diff` says where nothing differs: of which version that is. */
export async function alikeNote(target: Target, { version }: { readonly version?: unknown }, { timeoutMs }: { readonly timeoutMs: number }): Promise<string> {
  const { version: compared } = (await call(target, entryOf('code.tree'), version === undefined ? {} : { version }, { timeoutMs })) as CodeTree;
  return `No difference from version ${compared}${version === undefined ? ', the current one' : ''}.\n`;
}
