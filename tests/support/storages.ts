/** Replicasets that share buckets: instances without agents, told what agents would tell them. */
import { randomUUID } from 'node:crypto';
import type { Connection } from '~/iproto/index.ts';
import { Databases, type Database } from './database.ts';
import { waitFor } from './wait.ts';

export type Move = { attempt: string; running: boolean; asked: number; moved: number; skipped: number; left: number; rows: number; bytes: number; tookMs: number; holdMaxMs: number; blocker: string | null; blockers: string[] };
export type Stat = { sharded: boolean; states: Record<string, number>; owned: number; version: string; moves: Move[]; blockers: string[]; references: { read: number; write: number }; deletedRows: number; lateMs: number; restedSeconds: { move?: number; delete?: number }; leads: boolean };
export type Range = [first: number, last: number, state: string, generation: number, peer: string | null];
export type BucketMap = { version: string; whole: boolean; group: string; count: number; ranges: Range[]; replicaset: string; epoch: number; readOnly: boolean };
type Row = readonly [id: number, state: string, generation: number, peer: string | null];

/** Accounts with a balance, found by their bucket. */
export const accounts = `
  box.schema.user.create('app', {password = 'secret', if_not_exists = true})
  box.schema.user.grant('app', 'read,write,execute', 'universe', nil, {if_not_exists = true})
  local s = box.schema.space.create('accounts', {id = 800, format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'balance', 'integer'}}})
  s:create_index('id')
  s:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false})`;

export class Storage {
  readonly databases: Databases;
  epoch = 1;

  /** `memoryBytes`: for rows. */
  constructor(readonly name: string, memoryBytes?: number) {
    this.databases = new Databases(memoryBytes);
  }

  get uuid(): string {
    return this.databases.replicaset;
  }

  /** The first is its master. */
  async start(copies: number, schema = accounts): Promise<this> {
    const master = await this.databases.add(`${this.name}-1`);
    await this.lead(master);
    await master.lua(schema);
    for (let at = 2; at <= copies; at += 1) {
      const replica = await this.databases.add(`${this.name}-${at}`, [master]);
      await replica.call('order', { kind: 'follow', epoch: this.epoch, upstream: { uuid: master.uuid, uri: master.listen } });
    }
    return this;
  }

  master!: Database;

  get replicas(): Database[] {
    return this.databases.all.filter((one) => one !== this.master);
  }

  /** In availability mode: any of them may lead next. */
  async lead(one: Database, more: object = {}): Promise<void> {
    const voters = this.databases.all.map(({ uuid }) => uuid);
    const acks = [{ voters: voters.includes(one.uuid) ? voters : [...voters, one.uuid], copies: 0, promises: 0, gate: 0 }];
    const { turn } = await one.call<{ turn: number }>('order', { kind: 'demote', epoch: this.epoch });
    await one.call('order', { kind: 'promote', epoch: this.epoch, turn, deadline: Number(process.hrtime.bigint()) / 1e9 + 600, password: 'replication', acks, ...more });
    this.master = one;
  }

  /** All that answer follow the new one; those that are gone stay voters. */
  async failOver(to: Database, gone: readonly Database[] = []): Promise<void> {
    this.epoch += 1;
    const others = this.databases.all.filter((one) => one !== to && !gone.includes(one));
    for (const one of others) await one.call('order', { kind: 'demote', epoch: this.epoch });
    await this.lead(to);
    for (const one of others) await one.call('order', { kind: 'follow', epoch: this.epoch, upstream: { uuid: to.uuid, uri: to.listen } });
  }

  bootstrap(count: number, ranges: readonly (readonly [number, number])[]): Promise<{ made: number; owned: number }> {
    return this.master.call('buckets_bootstrap', { count, ranges });
  }

  /** Who leads elsewhere. */
  hears(others: readonly Storage[], uriOf: (other: Storage) => string = (other) => other.master.listen): Promise<unknown> {
    return this.master.call('buckets_peers', { peers: others.map((other) => ({ replicaset: other.uuid, uri: uriOf(other) })) });
  }

  move(to: Storage, what: { ids: readonly number[] } | { count: number }, more: object = {}): Promise<Move> {
    return this.master.call<Move>('buckets_move', { attempt: randomUUID(), to: { replicaset: to.uuid, uri: to.master.listen }, wait: 60, ...what, ...more }, 70_000);
  }

  stat = (): Promise<Stat> => this.master.call<Stat>('buckets_stat');
  map = (since?: string, from: Database = this.master): Promise<BucketMap> => from.call<BucketMap>('buckets_map', since === undefined ? {} : { since });

  async rows(from: Database = this.master): Promise<Row[]> {
    const { ranges } = await this.map(undefined, from);
    return ranges.flatMap(([first, last, state, generation, peer]) => Array.from({ length: last - first + 1 }, (_, at) => [first + at, state, generation, peer] as const));
  }

  call(connection: Connection, bucket: number, mode: 'read' | 'write', name: string, ...args: unknown[]): Promise<unknown> {
    return connection.call('coterie.bucket_call', [mode === 'write' ? this.epoch : null, bucket, mode, name, args as never]);
  }

  /** Nothing is on its way, and nothing is left to be deleted. */
  settled(): Promise<unknown> {
    return waitFor(async () => {
      const { states } = await this.stat();
      return ['sending', 'receiving', 'sent', 'garbage'].every((state) => !states[state]);
    }, { timeoutMs: 60_000, what: `${this.name} to settle` }).catch(async (error: unknown) => {
      throw new Error(`${(error as Error).message}\n${JSON.stringify(await this.stat())}`);
    });
  }
}

const owning = new Set(['active', 'pinned', 'sending']);

/** Each of the buckets has one owner: bucket -> storage. Throws with those that have not. */
export async function ownersOf(storages: readonly Storage[], count: number): Promise<Map<number, Storage>> {
  const owners = new Map<number, Storage>();
  for (const storage of storages) {
    for (const [id, state] of await storage.rows()) {
      if (!owning.has(state)) continue;
      const other = owners.get(id);
      if (other) throw new Error(`bucket ${id} is ${other.name}'s and ${storage.name}'s`);
      owners.set(id, storage);
    }
  }
  for (let id = 1; id <= count; id += 1) if (!owners.has(id)) throw new Error(`bucket ${id} is nobody's`);
  return owners;
}
