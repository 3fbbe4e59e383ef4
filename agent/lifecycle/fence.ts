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
  readonly memory: Pick<MemoryFile, 'value' | 'update'>;
  readonly supervisor: Pick<Supervisor, 'state' | 'call'>;
  readonly committed: () => { readonly version: number; readonly config: ClusterConfig } | null;
  readonly files: () => 'none' | 'data' | 'leftovers';
  /** It has a database that runs, as far as gossip knows. */
  readonly hasDatabase: (uuid: string) => boolean;
  /** It leads by a lease, which the record has to say is over before another may. */
  readonly leased: () => boolean;
};

export type FenceReply = { readOnly: boolean; vclock: Record<string, number>; version: number; message: string | null };

const callMs = 1000;

export async function answerFence(parts: FenceParts, { version, by }: { version: number; by: string }): Promise<FenceReply> {
  const own = parts.committed()?.version ?? 0;
  const refuse = (message: string): FenceReply => ({ readOnly: false, vclock: {}, version: own, message });
  const objection = objectionTo(parts, { version, by });
  if (objection !== null) return refuse(objection);
  // Each grant is a new promise: what this instance was about to take over by older answers is void.
  const serial = (parts.memory.value.promise?.serial ?? 0) + 1;
  await parts.memory.update({ promise: { version, by, serial }, held: null });
  const grant = (vclock: Vclock): FenceReply => ({ readOnly: true, vclock: { ...vclock }, version: own, message: null });
  switch (parts.supervisor.state) {
    case 'silent':
      return refuse('its database process does not answer');
    case 'starting':
    case 'up':
    case 'down': {
      const said = parts.supervisor.state === 'up' ? await frozen(parts, { version, by, serial }) : 'none';
      switch (said) {
        case 'silent':
          return refuse('its database did not answer');
        case 'bootstrap':
          return refuse('is beginning the replicaset itself');
        case 'recover':
          return refuse('its database reads its files: how far it has come is not known yet');
        case 'join':
          // A copy under way has never been written to here.
          return grant(marked({}));
        case 'none':
          return whileDown(parts, { grant, refuse });
        default:
          return grant(marked(said));
      }
    }
  }
}

function objectionTo({ uuid, committed, memory, files, hasDatabase, leased }: FenceParts, { version, by }: { version: number; by: string }): string | null {
  const own = committed();
  if (own !== null && own.version > version) return `has version ${own.version} already`;
  if (leased()) return 'leads by a lease, and gives that up first';
  // Leadership may not go to where no data is: nobody could write, and so nobody could register it for a copy.
  if (files() === 'data' && !hasDatabase(by)) return 'has data of this replicaset: copy them first';
  const { promise, held } = memory.value;
  if (promise !== null && promise.version > version) return `has promised ${promise.by} under version ${promise.version}`;
  const wanted = own?.version === version ? wantedOf(own.config, uuid) : undefined;
  if (wanted === undefined || wanted === by) return null;
  // Somebody stands in for a master that has no data yet: that ends where there are data, or a master.
  if (wanted === uuid && files() === 'data') return `is the master to be under version ${version} itself`;
  return held?.version === version ? `is the master under version ${version}` : null;
}

function wantedOf(config: ClusterConfig, uuid: string): string | null {
  const replicaset = config.instances[uuid]?.replicaset ?? config.expelled[uuid]?.replicaset;
  return replicaset === undefined ? null : wantedMaster(config, replicaset);
}

/** Where the frozen database ends; or what its process is at: nothing (`none`), or its first box.cfg. */
async function frozen({ supervisor }: FenceParts, params: { version: number; by: string; serial: number }): Promise<Vclock | 'silent' | 'none' | 'bootstrap' | 'recover' | 'join'> {
  try {
    // The shape is that of lua/leadership.lua.
    const { vclock, starting } = (await supervisor.call('fence', params, callMs)) as { vclock: Vclock | null; starting?: 'bootstrap' | 'recover' | 'join' | null };
    return vclock ?? starting ?? 'none';
  } catch {
    return 'silent';
  }
}

function whileDown({ memory, files }: FenceParts, { grant, refuse }: { grant: (vclock: Vclock) => FenceReply; refuse: (message: string) => FenceReply }): FenceReply {
  if (files() !== 'data') return grant({});
  const { endedAt } = memory.value;
  return endedAt === null ? refuse('its database does not run: how far it has come is not known') : grant(marked(endedAt));
}

/** An empty vclock means "no data": one of a database that has written nothing yet carries its component 0. */
const marked = (vclock: Vclock): Vclock => ({ 0: 0, ...vclock });
