/** Two or more replicasets of real Tarantools that share buckets, as far as a router sees it. */
import { randomUUID } from 'node:crypto';
import type { Topology } from '~/link/router-protocol.ts';
import { Databases, type Database } from './database.ts';

export const bucketsCount = 30;
/** No test takes longer. */
export const leaseSeconds = 3600;

/** Spaces, functions and users that the tests use. `poor` may execute crud alone and reads nothing. */
const application = `
  box.schema.user.create('app', {password = 'secret'})
  box.schema.user.create('poor', {password = 'secret'})
  local function space(name, id)
    local made = box.schema.space.create(name, {id = id, format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'name', 'string'}, {'age', 'number', is_nullable = true}}})
    made:create_index('id', {parts = {'id'}})
    made:create_index('bucket_id', {parts = {'bucket_id'}, unique = false})
    made:create_index('age', {parts = {{'age', is_nullable = true}}, unique = false})
    made:create_index('name', {parts = {{'name', 'string', collation = 'unicode_ci'}}, unique = false})
    box.schema.user.grant('app', 'read,write', 'space', name)
  end
  space('customers', 800)
  local plain = box.schema.space.create('plain', {id = 801, format = {{'id', 'unsigned'}}})
  plain:create_index('id')
  for _, name in ipairs({'put', 'get', 'fail', 'whoami', 'nap', 'put_slowly', 'put_when_told'}) do
    box.schema.func.create(name)
    box.schema.user.grant('app', 'execute', 'function', name)
  end`;

const functions = `
  function _G.put(id, bucket, name, age) return box.space.customers:replace({id, bucket, name, age}) end
  function _G.get(id) return box.space.customers:get(id), box.info.uuid end
  function _G.fail() box.error{code = 7777, reason = 'as it should'} end
  function _G.whoami() return box.session.effective_user(), box.info.uuid end
  function _G.put_slowly(...) require('fiber').sleep(0.002) return put(...) end
  function _G.put_when_told(id, bucket, before)
    if before == 'itself' then put(id + 1, bucket, 'before', 0) end
    if before == 'another fiber' then
      local made = require('fiber').new(put, id + 1, bucket, 'before', 0)
      made:set_joinable(true)
      made:join()
    end
    _G.untold = (_G.untold or 0) + 1
    while not _G.told do require('fiber').sleep(0.001) end
    return put(id, bucket, 'told', 0)
  end
  function _G.nap(seconds) require('fiber').sleep(seconds) return 'rested' end`;

export class Sharded {
  readonly sets: Databases[] = [];
  /** The first of each leads. */
  readonly shards: Database[][] = [];
  readonly epochs: number[] = [];

  /** `replicas`: how many instances each replicaset has. Buckets are dealt out evenly. `memoryBytes`: of each, for rows. */
  static async start(replicas: readonly number[], memoryBytes?: number): Promise<Sharded> {
    const sharded = new Sharded();
    sharded.sets.push(...replicas.map(() => new Databases(memoryBytes)));
    await Promise.all(replicas.map((count, at) => sharded.#begin(at, count, replicas.length)));
    return sharded;
  }

  async #begin(at: number, count: number, of: number): Promise<void> {
    const set = this.sets[at]!;
    const master = await set.add(`shard${at}`);
    this.shards[at] = [master];
    this.epochs[at] = 1;
    await master.promote(1, leaseSeconds);
    await this.prepare(master);
    const mine = Array.from({ length: bucketsCount }, (_, index) => index + 1).filter((bucket) => Math.floor(((bucket - 1) * of) / bucketsCount) === at);
    await master.lua(application);
    await master.call('buckets_bootstrap', { count: bucketsCount, ranges: [[mine[0], mine.at(-1)]] });
    for (let number = 1; number < count; number += 1) {
      const replica = await set.add(`shard${at}-${number}`, [master]);
      await replica.call('lease_set', { epoch: 1, master: master.uuid });
      await this.prepare(replica);
      this.shards[at]!.push(replica);
    }
  }

  /** What a process has to know after each start. */
  async prepare(database: Database): Promise<void> {
    await database.lua(functions);
  }

  uuid(at: number): string {
    return this.sets[at]!.replicaset;
  }

  topology(masters: { readonly [at: number]: Database | null } = {}): Topology {
    return {
      replicasets: this.shards.map((instances, at) => ({
        uuid: this.uuid(at), alias: `shard${at}`, epoch: this.epochs[at]!, master: at in masters ? (masters[at]?.uuid ?? null) : instances[0]!.uuid,
        instances: instances.map(({ uuid, listen }) => ({ uuid, uri: listen, zone: null, enabled: true, lagMs: null })),
      })),
    };
  }

  /** By a hand-over. Resolves when it is done. */
  async move(bucket: number, from: number, to: number): Promise<void> {
    const target = { replicaset: this.uuid(to), uri: this.shards[to]![0]!.listen };
    const { moved, blocker } = await this.shards[from]![0]!.call<{ moved: number; blocker: string | null }>('buckets_move', { attempt: randomUUID(), to: target, ids: [bucket], wait: 20 });
    if (moved !== 1) throw new Error(`bucket ${bucket} was not moved: ${blocker}`);
  }

  async remove(): Promise<void> {
    await Promise.all(this.sets.map((set) => set.remove()));
  }
}
