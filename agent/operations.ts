import type { z } from 'zod';
import { CoterieError } from '~/contract/errors.ts';
import type { BoxSetting, SpacesPage } from '~/contract/shapes/inspect.ts';
import type { EvalResult } from '~/contract/shapes/status.ts';
import { databaseNeeded } from '~/core/topology/master.ts';
import { masked } from './masked.ts';
import type { ConfigKeeper } from './config/keeper.ts';
import type { MemoryFile } from './data/memory.ts';
import { answerFence, type FenceParts, type FenceReply } from './lifecycle/fence.ts';
import type { Reconciler } from './lifecycle/reconciler.ts';
import type { Logger } from './logs/logger.ts';
import type { Peers } from './link/peers.ts';
import type { AgentApi } from '~/link/protocol.ts';
import { needRunning } from './process/running.ts';
import type { Supervisor } from './process/supervisor.ts';

/** What people and peers ask of this instance beyond its configuration. Most of it is a wish that the plan then sees. */
export type OperationParts = {
  readonly uuid: string;
  readonly log: Logger;
  readonly name: () => string;
  readonly keeper: ConfigKeeper;
  readonly memory: MemoryFile;
  readonly supervisor: Supervisor;
  readonly reconciler: Reconciler;
  readonly peers: Peers;
  readonly fence: FenceParts;
  readonly secrets: readonly string[];
};

type Sentence = { sentence: string };

const callMs = 5000;
const evalMsMax = 10 * 60 * 1000;
const evalRowsMax = 10_000;
const evalGraceMs = 1000;
const spacesMs = 2000;

export class Operations {
  readonly #parts: OperationParts;
  /** The plan is to replace the process once. */
  restartWanted = false;

  constructor(parts: OperationParts) {
    this.#parts = parts;
  }

  async fence(input: { version: number; by: string }): Promise<FenceReply> {
    const reply = await answerFence(this.#parts.fence, input);
    this.#parts.log.info({ ...input, readOnly: reply.readOnly, vclock: reply.vclock, message: reply.message }, 'asked to stay read-only');
    this.#parts.reconciler.poke();
    return reply;
  }

  async restart(): Promise<Sentence> {
    const { memory, supervisor, reconciler, name } = this.#parts;
    this.#needDatabase();
    if (memory.value.stopped) throw new CoterieError('CONFLICT', `${name()} is stopped: start it.`);
    this.restartWanted = supervisor.id !== null;
    supervisor.restarts.forgive();
    reconciler.retry();
    return { sentence: `${name()} restarts its database.` };
  }

  async stop(): Promise<Sentence> {
    const { memory, reconciler, name } = this.#parts;
    this.#needDatabase();
    await memory.update({ stopped: true });
    reconciler.retry();
    return { sentence: `${name()} stops its database, and leaves it stopped until it is started.` };
  }

  async start(): Promise<Sentence> {
    const { memory, supervisor, reconciler, name } = this.#parts;
    await memory.update({ stopped: false });
    supervisor.restarts.forgive();
    reconciler.retry();
    return { sentence: `${name()} starts its database.` };
  }

  async rebuild(): Promise<Sentence> {
    const { memory, reconciler, supervisor, name } = this.#parts;
    this.#needDatabase();
    const source = this.#copyHolders()[0];
    if (source === undefined) throw new CoterieError('REFUSED', `${name()} cannot be rebuilt: no other instance of its replicaset has a database that runs, so its data would be gone.`);
    await memory.update({ rebuild: true });
    supervisor.restarts.forgive();
    reconciler.retry();
    return { sentence: `${name()} moves its files aside and copies the data of ${source}.` };
  }

  async restartReplication(): Promise<Sentence> {
    const { supervisor, name } = this.#parts;
    await supervisor.call('restart_replication', {}, callMs);
    return { sentence: `${name()} has connected to its replication sources anew.` };
  }

  async eval({ language, code, timeoutMs, rowsMax, bytesMax, readOnly }: z.output<AgentApi['eval']['input']>): Promise<z.output<typeof EvalResult>> {
    const { supervisor } = this.#parts;
    needRunning(this.#parts.supervisor, this.#parts.name());
    const timeout = Math.min(Math.max(timeoutMs, 10), evalMsMax);
    const params = { language, code, timeout: timeout / 1000, rows: Math.min(Math.max(rowsMax, 1), evalRowsMax), read_only: readOnly, ...(bytesMax === undefined ? {} : { bytes: bytesMax }) };
    // The shape is that of lua/run.lua.
    const result = (await supervisor.call('eval', params, timeout + evalGraceMs)) as z.output<typeof EvalResult>;
    return this.#withoutSecrets(result);
  }

  async boxCfg(): Promise<BoxSetting[]> {
    needRunning(this.#parts.supervisor, this.#parts.name());
    // The shape is that of lua/inspect.lua.
    return this.#withoutSecrets(masked((await this.#parts.supervisor.call('box_cfg', {}, callMs)) as BoxSetting[]));
  }

  async spaces(input: { search?: string | undefined; system: boolean; sort: 'bytes' | 'rows' | 'name'; limit: number; offset: number }): Promise<SpacesPage> {
    needRunning(this.#parts.supervisor, this.#parts.name());
    // The shape is that of lua/inspect.lua.
    return (await this.#parts.supervisor.call('spaces', { ...input, timeout: spacesMs / 1000 }, callMs)) as SpacesPage;
  }

  /** `box.cfg.replication` holds the password of the replication user. */
  #withoutSecrets<T>(value: T): T {
    const text = JSON.stringify(value);
    if (!this.#parts.secrets.some((secret) => text.includes(secret))) return value;
    return JSON.parse(this.#parts.secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)) as T;
  }

  #needDatabase(): void {
    const { keeper, uuid, name } = this.#parts;
    const config = keeper.committed?.config;
    if (!config || !databaseNeeded(config, uuid)) throw new CoterieError('CONFLICT', `${name()} has no database: it is not configured, is disabled, or its roles need none.`);
  }

  #copyHolders(): string[] {
    const { keeper, uuid, peers } = this.#parts;
    const config = keeper.committed?.config;
    const replicaset = config?.instances[uuid]?.replicaset;
    return peers
      .all()
      .filter((peer) => peer.uuid !== uuid && peer.state === 'alive' && peer.payload.readOnly !== null && config?.instances[peer.uuid]?.replicaset === replicaset && config?.instances[peer.uuid]?.disabled === false)
      .map(({ payload }) => payload.alias);
  }
}
