import type { Memory, MemoryFile } from '~/agent/data/memory.ts';
import { moveAside } from '~/agent/data/files.ts';
import type { DataFolder } from '~/agent/data/folder.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { FenceReply } from './fence.ts';
import type { FenceAnswer, Step, Vclock } from './facts.ts';

/** Asks a peer to stay read-only; null = it is not known where that one is. */
export type FenceOf = (peer: string, ask: { version: number; by: string }) => Promise<FenceReply | null>;

/** Does one step of the plan. Each has a deadline; what fails is thrown, and the plan is made anew from fresh facts. */
export type StepParts = {
  readonly uuid: string;
  readonly folder: Pick<DataFolder, 'tarantool'>;
  readonly log: Logger;
  readonly memory: Pick<MemoryFile, 'value' | 'update'>;
  readonly supervisor: Pick<Supervisor, 'call' | 'start' | 'stop'>;
  readonly fenceOf: FenceOf;
  /** Where a peer's database is right now; null = not known. */
  readonly positionOf: (peer: string) => Promise<Vclock | null>;
  readonly replicationPassword: string;
  readonly stateboardPassword: string;
  readonly memoryBytes: number;
  readonly now: () => number;
  /** Another one leads, if one can, before this database ends. */
  readonly handOver: (timeoutMs: number) => Promise<void>;
  /** Rows that only these files have are on disk elsewhere when it resolves. */
  readonly saveLostRows: (diverged: NonNullable<Memory['diverged']>) => Promise<void>;
  readonly roles: { apply(): Promise<void>; applySchema(): Promise<void> };
};

const callMs = 5000;
/** Recovery and a copy take as long as there is data; the process answers `status` meanwhile. */
const startDatabaseMs = 24 * 60 * 60 * 1000;
const drainSeconds = 2;
const stopGraceMs = 10_000;
const handOverMs = 5000;
const catchUpSeconds = 3;
const nearSeconds = 2;

export async function doStep(parts: StepParts, step: Step, { version, answered }: { version: number; answered: (uuid: string, answer: FenceAnswer) => void }): Promise<void> {
  const { uuid, folder, log, memory, supervisor, now } = parts;
  switch (step.kind) {
    case 'startProcess':
      if (memory.value.endedAt !== null) await memory.update({ endedAt: null });
      return supervisor.start();
    case 'stopProcess':
      if (step.drain && memory.value.diverged === null) await parts.handOver(handOverMs);
      return step.drain ? stopDatabase(parts, step.heirs) : supervisor.stop(stopGraceMs);
    case 'moveAside': {
      if (memory.value.diverged !== null) await parts.saveLostRows(memory.value.diverged);
      const to = moveAside(folder.tarantool, now());
      log.warn({ to }, 'the files of the database were moved aside');
      return memory.update({ rebuild: false, held: null, endedAt: null, diverged: null });
    }
    case 'startDatabase': {
      const { how, replicaset, listen, peers } = step;
      await supervisor.call('start', { how, replicaset, listen, peers, version, serial: memory.value.promise?.serial ?? 0, instance: uuid, password: parts.replicationPassword, memory: parts.memoryBytes }, startDatabaseMs);
      log.info({ how, replicaset, from: peers }, 'database started');
      if (memory.value.dataOf !== replicaset) await memory.update({ dataOf: replicaset });
      return;
    }
    case 'startStateboard': {
      const { replicaset, listen, settleMs } = step;
      await supervisor.call('start_stateboard', { replicaset, listen, settle: settleMs / 1000, instance: uuid, password: parts.stateboardPassword, memory: parts.memoryBytes }, startDatabaseMs);
      log.info({ settleMs }, 'stateboard started');
      if (memory.value.dataOf !== replicaset) await memory.update({ dataOf: replicaset });
      return;
    }
    case 'configure': {
      const changed = await supervisor.call('configure', { listen: step.listen, peers: step.peers, password: parts.replicationPassword }, callMs);
      return log.info({ ...(changed as object), peers: step.peers }, 'database configured');
    }
    case 'freeze':
      await supervisor.call('read_only', {}, callMs);
      return log.info({ version }, 'read-only');
    case 'askFence':
      if (step.catchUp) await comeNear(parts, step.peers);
      await Promise.all(step.peers.map(async (peer) => answered(peer, await asked(parts, peer, version))));
      return;
    case 'takeOver':
      return takeOver(parts, step, version);
    case 'makeWritable':
      await makeWritable(parts, version);
      return log.info({ version }, 'writable');
    case 'applySchema':
      return parts.roles.applySchema();
    case 'applyRoles':
      return parts.roles.apply();
    case 'yield':
      return memory.update({ held: null });
    case 'keep':
      await memory.update({ held: { replicaset: step.replicaset, version } });
      return log.info({ version }, 'leads by the configuration, without a lease');
    case 'forget': {
      const gone = await supervisor.call('forget', { uuids: step.uuids }, callMs);
      return log.info({ ...(gone as object) }, 'expelled members taken off the list of the replicaset');
    }
  }
}

/** Best effort: what is missing then is waited for while nobody writes. */
async function comeNear({ supervisor, positionOf }: StepParts, peers: readonly string[]): Promise<void> {
  try {
    const positions = await Promise.all(peers.map((peer) => positionOf(peer)));
    for (const vclock of positions) if (vclock !== null) await supervisor.call('await_vclock', { vclock, timeout: nearSeconds }, nearSeconds * 1000 + callMs);
  } catch {
    // The question itself tells what is wrong with that peer.
  }
}

async function asked({ uuid, fenceOf, memory, now }: StepParts, peer: string, version: number): Promise<FenceAnswer> {
  const serial = memory.value.promise?.serial ?? 0;
  const failed = (message: string): FenceAnswer => ({ at: now(), granted: false, vclock: {}, version: 0, message, serial });
  try {
    const said = await fenceOf(peer, { version, by: uuid });
    if (said === null) return failed('gossip does not know it yet');
    const granted = said.readOnly && said.version <= version;
    return { at: now(), granted, vclock: said.vclock, version: said.version, message: granted ? null : (said.message ?? 'is not read-only'), serial };
  } catch (error) {
    return failed((error as Error).message);
  }
}

async function takeOver(parts: StepParts, { vclock, replicaset, promise }: Extract<Step, { kind: 'takeOver' }>, version: number): Promise<void> {
  const { reached, vclock: own } = (await parts.supervisor.call('await_vclock', { vclock, timeout: catchUpSeconds }, catchUpSeconds * 1000 + callMs)) as { reached: boolean; vclock: Vclock };
  if (!reached) throw new Error(`stays read-only: it has ${JSON.stringify(own)} and its peers have written up to ${JSON.stringify(vclock)}`);
  // A promise that was given meanwhile goes first. From here to the update nothing else can run.
  if (parts.memory.value.promise?.serial !== promise?.serial) throw new Error('stays read-only: it has promised another meanwhile');
  await parts.memory.update({ held: { replicaset, version }, promise: { version, by: parts.uuid, serial: promise?.serial ?? 0 } });
  await makeWritable(parts, version);
  parts.log.info({ version, vclock: own }, 'took over: writable');
}

async function makeWritable({ supervisor, memory, replicationPassword }: StepParts, version: number): Promise<void> {
  const serial = memory.value.promise?.serial ?? 0;
  const { readOnly } = (await supervisor.call('writable', { version, serial, password: replicationPassword }, callMs)) as { readOnly: boolean };
  if (readOnly) throw new Error('the database stays read-only although it was told to be writable');
}

/** Writes stop, the peers get the rest, the process ends; where it ended is noted for peers that ask while it is down. */
export async function stopDatabase({ supervisor, memory, log }: Pick<StepParts, 'supervisor' | 'memory' | 'log'>, heirs: readonly string[] = []): Promise<void> {
  let endedAt: Record<string, number> | null = null;
  try {
    const frozen = (await supervisor.call('read_only', {}, callMs)) as { vclock: Record<string, number> };
    const { drained } = (await supervisor.call('drain', { timeout: drainSeconds, heirs }, callMs)) as { drained: boolean };
    if (!drained) log.warn({ vclock: frozen.vclock }, 'stopped before its peers had all of its rows');
    endedAt = frozen.vclock;
  } catch (error) {
    log.warn({ error: String(error) }, 'the database is stopped without having answered');
  }
  await supervisor.stop(stopGraceMs);
  if (endedAt !== null) await memory.update({ endedAt });
}
