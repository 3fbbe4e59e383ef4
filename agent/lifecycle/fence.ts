import { wantedMaster } from '~/core/topology/master.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { MemoryFile } from '~/agent/data/memory.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { Vclock } from './facts.ts';

/**
 * The answer to a peer that is to become master. The promise is on disk before the answer leaves, so no restart
 * forgets it; and the database is read-only with a write behind everything that it acknowledged, so the vclock is final.
 */
export type FenceParts = {
  readonly uuid: string;
  readonly memory: MemoryFile;
  readonly supervisor: Supervisor;
  readonly committed: () => { readonly version: number; readonly config: ClusterConfig } | null;
  readonly files: () => 'none' | 'data' | 'leftovers';
  /** The first box.cfg that works right now. */
  readonly starting: () => 'bootstrap' | 'recover' | 'join' | null;
};

export type FenceReply = { readOnly: boolean; vclock: Record<string, number>; version: number; message: string | null };

const callMs = 1000;

export async function answerFence(parts: FenceParts, { version, by }: { version: number; by: string }): Promise<FenceReply> {
  const own = parts.committed()?.version ?? 0;
  const refuse = (message: string): FenceReply => ({ readOnly: false, vclock: {}, version: own, message });
  const objection = objectionTo(parts, { version, by });
  if (objection !== null) return refuse(objection);
  const { promise } = parts.memory.value;
  if (promise === null || promise.version !== version || promise.by !== by || parts.memory.value.held !== null) {
    await parts.memory.update({ promise: { version, by }, held: null });
  }
  const grant = (vclock: Vclock): FenceReply => ({ readOnly: true, vclock: { ...vclock }, version: own, message: null });
  switch (parts.supervisor.state) {
    case 'silent':
      return refuse('its database process does not answer');
    case 'starting':
    case 'up':
    case 'down': {
      const said = parts.supervisor.state === 'up' ? await frozen(parts, { version, by }) : null;
      if (said === 'failed') return refuse('its database did not answer');
      if (said !== null) return grant(said);
      return whileDown(parts, { grant, refuse });
    }
  }
}

function objectionTo({ uuid, committed, memory }: FenceParts, { version, by }: { version: number; by: string }): string | null {
  const own = committed();
  if (own !== null && own.version > version) return `has version ${own.version} already`;
  if (own !== null && own.version === version) {
    const { config } = own;
    const replicaset = config.instances[uuid]?.replicaset ?? config.expelled[uuid]?.replicaset;
    if (replicaset === undefined || wantedMaster(config, replicaset) !== by) return `under version ${version} ${by} is not the master to be`;
  }
  const { promise } = memory.value;
  if (promise !== null && (promise.version > version || (promise.version === version && promise.by !== by))) return `has promised ${promise.by} under version ${promise.version}`;
  return null;
}

/** Null: its process runs without a database. */
async function frozen({ supervisor }: FenceParts, params: { version: number; by: string }): Promise<Vclock | 'failed' | null> {
  try {
    const { vclock } = (await supervisor.call('fence', params, callMs)) as { vclock: Vclock | null };
    return vclock && marked(vclock);
  } catch {
    return 'failed';
  }
}

function whileDown({ memory, files, starting }: FenceParts, { grant, refuse }: { grant: (vclock: Vclock) => FenceReply; refuse: (message: string) => FenceReply }): FenceReply {
  switch (starting()) {
    case 'bootstrap':
      return refuse('is beginning the replicaset itself');
    case 'recover':
      return refuse('its database reads its files: how far it has come is not known yet');
    case 'join':
      // A copy under way has never been written to here.
      return grant(marked({}));
    case null:
      break;
  }
  if (files() !== 'data') return grant({});
  const { endedAt } = memory.value;
  return endedAt === null ? refuse('its database does not run: how far it has come is not known') : grant(marked(endedAt));
}

/** An empty vclock means "no data": one of a database that has written nothing yet carries its component 0. */
const marked = (vclock: Vclock): Vclock => ({ 0: 0, ...vclock });
