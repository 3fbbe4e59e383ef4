import { stringify } from 'yaml';
import { CoterieError } from '~/contract/errors.ts';
import type { FunctionVersion } from '~/contract/shapes/function-view.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { rolesIn } from '~/core/roles/read.ts';
import { parsedConfig } from '~/server/runtime/versions.ts';
import { differences } from './code-diff.ts';
import type { Context } from './context.ts';

/** Which versions of the configuration changed one function, found by comparing each with the one before it. */

/** Each is a whole document that is read. */
const lookedMax = 300;

type Asked = { readonly function: string; readonly limit: number; readonly before?: number | undefined };
type Answer = { readonly versions: FunctionVersion[]; readonly older: number | null };

export async function functionHistory({ services: { runtime, store } }: Context, { function: name, limit, before }: Asked): Promise<Answer> {
  const newest = (await runtime.versions.refresh())?.version ?? 0;
  const versions: FunctionVersion[] = [];
  let at = Math.min(newest, (before ?? newest + 1) - 1);
  const end = Math.max(0, at - lookedMax);
  let later = await store.versions.get(at);
  while (later !== null && at > end && versions.length < limit) {
    const earlier = at > 1 ? await store.versions.get(at - 1) : null;
    // The oldest that is kept has nothing to be compared with, unless it is the first of all.
    if (earlier === null && at > 1) return { versions, older: null };
    const [was, is] = [earlier && wordsOf(parsedConfig(earlier), name), wordsOf(parsedConfig(later), name)];
    const [difference] = was === is ? [] : differences(was === null ? {} : { [name]: was }, { files: { [name]: is }, replaceAll: false });
    if (difference) {
      const { file: _, ...change } = difference;
      const { version, at: time, author, reason } = later.meta;
      versions.push({ version, at: time, author, reason, ...change });
    }
    [later, at] = [earlier, at - 1];
  }
  const older = later === null || at < 1 ? null : at + 1;
  const current = runtime.versions.current?.config;
  if (versions.length === 0 && older === null && before === undefined && (current === undefined || wordsOf(current, name) === null)) throw new CoterieError('NOT_FOUND', `No version of the configuration has a function ${name}. \`coterie function list\` names those there are.`, { function: name });
  return { versions, older };
}

/** What role.yml says of it, then its body: where either stands makes no difference. */
function wordsOf(config: ClusterConfig, name: string): string | null {
  for (const role of rolesIn(config.sections).roles.values()) {
    const found = role.functions.find((one) => one.name === name);
    if (!found) continue;
    const { code, name: _, ...settings } = found;
    return `${stringify({ role: role.name, ...settings }, { lineWidth: 0 })}---\n${code.text.endsWith('\n') ? code.text : `${code.text}\n`}`;
  }
  return null;
}
