import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { isCode } from '~/core/roles/files.ts';
import type { MemoryFile } from '~/agent/data/memory.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';

/** What this instance has against a configuration that is valid in itself; null = nothing. Told to who wants to apply it. */
export type ObjectionParts = {
  readonly uuid: string;
  readonly cluster: string;
  readonly memory: MemoryFile;
  readonly files: () => 'none' | 'data' | 'leftovers';
  readonly supervisor: Supervisor;
  readonly committed: () => ClusterConfig | null;
  readonly roles: { objectionTo(config: ClusterConfig): Promise<string | null> };
};

const checkMs = 1500;

export async function objectionOf(parts: ObjectionParts, config: ClusterConfig): Promise<string | null> {
  if (config.name !== parts.cluster) return `It belongs to cluster ${parts.cluster}; the configuration is of ${config.name}.`;
  return foreignData(parts, config) ?? (await parts.roles.objectionTo(config)) ?? (await luaFaults(parts, config));
}

function foreignData({ uuid, memory, files }: ObjectionParts, config: ClusterConfig): string | null {
  const replicaset = config.instances[uuid]?.replicaset;
  const { dataOf } = memory.value;
  if (replicaset === undefined || dataOf === null || dataOf === replicaset || files() !== 'data') return null;
  return `It has the data of another replicaset (${dataOf}). Start its agent with --forget to make it a new instance.`;
}

/** Sections whose name ends in .lua and which are no role's, as far as they are new: checked by the Lua that would run them. */
async function luaFaults({ supervisor, committed }: ObjectionParts, config: ClusterConfig): Promise<string | null> {
  const before = committed()?.sections ?? {};
  const chunks = Object.entries(config.sections).filter(([name, text]) => !isCode(name) && name.endsWith('.lua') && before[name] !== text);
  if (chunks.length === 0 || supervisor.state !== 'up') return null;
  const { faults } = (await supervisor.call('check_lua', { chunks: Object.fromEntries(chunks) }, checkMs)) as { faults: Record<string, string> };
  const found = Object.values(faults);
  return found.length === 0 ? null : `Lua: ${found.slice(0, 5).join('; ')}`;
}
