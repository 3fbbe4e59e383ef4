import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { CodeFault } from '~/contract/shapes/role.ts';
import type { Bundle } from '~/core/roles/bundle.ts';
import { placeText } from '~/core/roles/fault.ts';
import { rolesIn, type Sections } from '~/core/roles/read.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { Bundles } from './bundles.ts';
import type { BundleFiles } from './files.ts';
import { schemaFaults, schemaText } from './schema.ts';

/** What this instance has against the code of a configuration. Its Tarantool compiles everything and asks each role; nothing is changed. */
export type CheckParts = {
  readonly bundles: Bundles;
  readonly files: BundleFiles;
  readonly supervisor: Pick<Supervisor, 'state' | 'call'>;
  /** The database is configured and runs. */
  readonly running: () => boolean;
  readonly committed: () => ClusterConfig | null;
  readonly name: () => string;
};

/** A prepare has four seconds at the server. */
const checkSeconds = 2.5;
const answerMs = 500;
const toldMax = 5;

/** `sections`: the files that define spaces, for the lines of what is wrong with one. */
export async function faultsOf(parts: CheckParts, bundle: Bundle, { sections, schema: compares = true }: { readonly sections: Sections; readonly schema?: boolean }): Promise<CodeFault[]> {
  if (bundle.roles.length === 0 || parts.supervisor.state !== 'up') return [];
  const [code, schema] = await Promise.all([codeFaults(parts, bundle), compares && parts.running() ? schemaFaults(parts.supervisor, bundle, sections) : []]);
  return [...code, ...schema].map((fault) => ({ ...fault, instance: parts.name() }));
}

/** Null: nothing, or the code of this instance stays what it is. */
export async function objectionToCode(parts: CheckParts, config: ClusterConfig): Promise<string | null> {
  const [before, bundle] = [parts.committed(), parts.bundles.of(config)];
  const running = before && parts.bundles.of(before);
  if (running?.hash === bundle.hash) return null;
  // A version that wants the same of spaces and rights changes none of them.
  const schema = running === null || schemaText(running) !== schemaText(bundle);
  const read = rolesIn(config.sections).faults;
  const faults = (hasErrors(read) ? read : await faultsOf(parts, bundle, { sections: config.sections, schema })).filter(({ severity }) => severity === 'error');
  if (faults.length === 0) return null;
  const more = faults.length > toldMax ? ` And ${faults.length - toldMax} more: \`coterie code validate\` shows all.` : '';
  return `${faults.slice(0, toldMax).map((fault) => `${placeText(fault)}: ${fault.sentence}`).join(' ')}${more}`;
}

const hasErrors = (faults: readonly CodeFault[]): boolean => faults.some(({ severity }) => severity === 'error');

/** As lua/roles/check.lua tells it. */
type LuaFault = Pick<CodeFault, 'file' | 'line' | 'column' | 'code' | 'sentence'>;

async function codeFaults({ files, supervisor }: CheckParts, bundle: Bundle): Promise<CodeFault[]> {
  return files.lend(bundle, async (place) => {
    const { faults } = (await supervisor.call('roles_check', { ...place, timeout: checkSeconds }, checkSeconds * 1000 + answerMs)) as { faults: LuaFault[] };
    return faults.map((fault) => ({ ...fault, severity: 'error', instance: null }));
  });
}
