/** Storages that say what a test makes them say, over real sockets, and a router in front of them. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionDefaults, errorCodes, IprotoServer, openConnection, parseAddress, Reader, bodyKeys, serverDefaults, storedHash, systemClock, type Connection, type ServerRequest, type Value } from '~/iproto/index.ts';
import { settingsShape, type Settings, type Topology } from '~/link/router-protocol.ts';
import { Router } from '~/router/router.ts';
import { waitFor } from '~/tests/support/wait.ts';

const system = { user: 'coterie_router', password: 'behind' };

/** What a storage was asked: the arguments of bucket_call or storage_call. */
export type Heard = { readonly name: string; readonly args: readonly Value[] };

export class Storage {
  readonly uuid: string;
  readonly heard: Heard[] = [];
  ranges: readonly (readonly [first: number, last: number, generation: number])[] = [];
  master = true;
  epoch = 1;
  schema: unknown = null;
  version = 1;
  /** How often it was asked for its buckets. */
  asked = 0;
  bootstrapped = true;
  /** Answers a call of a bucket or of the shard. */
  answer: (request: ServerRequest, heard: Heard) => void = (request) => request.answer(['done', this.uuid]);
  readonly #path: string;
  #server: IprotoServer | undefined;

  constructor(folder: string, readonly replicaset: string, uuid: string) {
    this.uuid = uuid;
    this.#path = join(folder, `${uuid}.sock`);
  }

  get uri(): string {
    return this.#path;
  }

  async start(): Promise<void> {
    this.#server = new IprotoServer(
      { clock: systemClock, randomBytes, storedHashOf: (user) => (user === system.user ? storedHash(system.password) : undefined), handle: (request) => this.#handle(request) },
      { ...serverDefaults, listen: { path: this.#path }, instanceUuid: '' },
    );
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  refuse(request: ServerRequest, code: string, facts: object): void {
    request.fail(errorCodes.PROC_LUA, `${code} ${JSON.stringify(facts)}: as the test says`);
  }

  #handle(request: ServerRequest): void {
    const name = String(request.value(bodyKeys.functionName));
    const args = request.value(bodyKeys.tuple) as Value[];
    if (name === 'coterie.buckets_map') {
      this.asked += 1;
      if (!this.bootstrapped) return this.refuse(request, 'NOT_SHARDED', { replicaset: this.replicaset });
      const whole = args[0] !== this.version;
      const ranges = whole ? this.ranges.map(([first, last, generation]) => [first, last, 'active', generation, null]) : [];
      return request.answer([{ group: 'default', count: 10, epoch: this.epoch, readOnly: !this.master, replicaset: this.replicaset, version: this.version, whole, ranges }]);
    }
    if (name === 'coterie.crud_schema') return request.answer([this.schema as never]);
    const heard = { name, args };
    this.heard.push(heard);
    this.answer(request, heard);
  }
}

export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'router-'));
  readonly storages: Storage[] = [];
  readonly logged: string[] = [];
  readonly #open: Connection[] = [];
  router!: Router;
  listen = '';

  /** One storage of a replicaset. */
  async storage(replicaset: string, uuid: string, ranges: Storage['ranges'] = []): Promise<Storage> {
    const storage = new Storage(this.folder, replicaset, uuid);
    storage.ranges = ranges;
    await storage.start();
    this.storages.push(storage);
    return storage;
  }

  topology(masters: { readonly [replicaset: string]: string | null } = {}, epochs: { readonly [replicaset: string]: number } = {}): Topology {
    const names = [...new Set(this.storages.map(({ replicaset }) => replicaset))];
    return {
      replicasets: names.map((uuid) => {
        const own = this.storages.filter(({ replicaset }) => replicaset === uuid);
        const master = uuid in masters ? masters[uuid]! : (own.find((storage) => storage.master)?.uuid ?? null);
        return { uuid, alias: uuid, master, epoch: epochs[uuid] ?? 1, instances: own.map((storage) => ({ uuid: storage.uuid, uri: storage.uri, zone: null, enabled: true, lagMs: null })) };
      }),
    };
  }

  /** Starts it, and waits until it knows `known` buckets. */
  async start(more: Partial<Settings> = {}, { known = 10, topology = this.topology() }: { known?: number; topology?: Topology } = {}): Promise<void> {
    const settings = { ...settingsShape.parse({ listen: join(this.folder, 'router.sock'), credentials: system, scanMs: 50, callTimeoutMs: 2_000, holdMs: 1_000 }), ...more };
    this.router = new Router({ clock: systemClock, random: Math.random, randomBytes, log: (sentence) => void this.logged.push(sentence), usage: () => ({ memoryBytes: 0, cpuMs: 0 }) }, { settings, worker: 1, instanceUuid: '64d22e4d-ac92-4a23-899a-e59f34af5479' });
    this.listen = await this.router.start(topology, { app: storedHash('secret').toString('base64') });
    await waitFor(() => this.router.stats().map.known === known, { timeoutMs: 10_000, what: `${known} known buckets` });
  }

  async connect(password = 'secret'): Promise<Connection> {
    const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 5_000, address: parseAddress(this.listen), credentials: { user: 'app', password } });
    this.#open.push(connection);
    return connection;
  }

  async remove(): Promise<void> {
    for (const connection of this.#open) connection.close();
    await this.router?.drain(0);
    await Promise.all(this.storages.map((storage) => storage.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const read = (bytes: Buffer): Value => new Reader(bytes).read();
