/** Storages of real agents with rows in each bucket, a coordinator that evens them out when it is told to, and a router in front. */
import { lua } from '~/tests/support/agents.ts';
import { countsOf, Sharded } from '~/tests/support/sharded.ts';
import type { RouterProcess } from '~/tests/support/router-process.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { SteadyClient, type Seen } from './client.ts';

export type SceneOptions = { readonly buckets: number; readonly rowsEach: number; readonly copies: number; readonly rate: number };
export type Moved = { readonly buckets: number; readonly tookMs: number; readonly seen: Seen; /** Until the rows were deleted where they had been. */ readonly tidyMs: number };

const memory = ['--memory', '256MiB'];
const connections = 8;
const fillAtOnce = 200;
const limitMs = 300_000;
/** Room for the numbers of rows in a bucket. */
const idsEach = 1000;

const functions = `
  box.schema.user.create('app', {password = 'secret', if_not_exists = true})
  box.schema.user.grant('app', 'read,write,execute', 'universe', nil, {if_not_exists = true})
  return true`;
const onEach = `
  function _G.put(id, bucket, value) box.space.accounts:replace{id, bucket, value} return id end
  function _G.get(id) return box.space.accounts:get(id)[1] end
  return true`;

export class Scene {
  readonly cluster = new Sharded();
  readonly #options: SceneOptions;
  router: RouterProcess | null = null;
  #client: SteadyClient | null = null;

  constructor(options: SceneOptions) {
    this.#options = options;
  }

  /** All buckets and rows are on s1; s2 is there and has none. */
  async start(): Promise<void> {
    const { cluster } = this;
    const { buckets, rowsEach, copies, rate } = this.#options;
    await cluster.start({ s1: copies }, { coordinators: 1, flags: memory, groups: { default: { buckets, rebalance: 'manual' } } });
    await cluster.until('the group to be read', ({ state }) => state === 'notBootstrapped');
    await cluster.order({ kind: 'bootstrap', group: 'default', by: 'bench' });
    await cluster.add({ s2: copies });
    await cluster.makeSpace();
    for (const { name, agents } of cluster.keepers.values()) {
      await lua(await cluster.master(name), functions);
      for (const agent of agents) await lua(agent, onEach);
    }
    const source = await cluster.master('s1');
    for (let first = 1; first <= buckets; first += fillAtOnce) await lua(source, `for b = ${first}, ${Math.min(first + fillAtOnce - 1, buckets)} do box.begin() for i = 1, ${rowsEach} do box.space.accounts:insert{b * ${idsEach} + i, b, i} end box.commit() end return true`);
    await cluster.until('s2 to be heard', ({ state, storages }) => state === 'ready' && storages.length === 2);
    const router = await cluster.router();
    this.router = router;
    await router.until(({ map }) => map.known === buckets, 'a whole map');
    const links = await Promise.all(Array.from({ length: connections }, () => router.connect()));
    this.#client = new SteadyClient(links, {
      rate,
      // Every other one writes.
      request: (number) => {
        const bucket = 1 + Math.floor(Math.random() * buckets);
        const id = bucket * idsEach + 1 + Math.floor(Math.random() * rowsEach);
        return number % 2 === 0 ? ['vshard.router.callrw', [bucket, 'put', [id, bucket, number]]] : ['vshard.router.callro', [bucket, 'get', [id]]];
      },
    });
    this.#client.start();
  }

  /** What the client sees while nothing moves. */
  async calm(seconds: number): Promise<Seen> {
    await this.#client!.take();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return this.#client!.take();
  }

  async move(weights: Readonly<Record<string, number>>): Promise<Moved> {
    const { cluster } = this;
    for (const [name, weight] of Object.entries(weights)) cluster.driver.config.replicasets[cluster.keeper(name).uuid]!.weight = weight;
    await cluster.apply();
    await cluster.until('the weights to be seen', ({ state, storages }) => state === 'ready' && storages.every(({ alias, weight }) => weight === weights[alias]));
    const before = await cluster.owned(this.#options.buckets);
    await this.#client!.take();
    const begunAt = performance.now();
    await cluster.order({ kind: 'start', group: 'default', by: 'bench' });
    await cluster.until('the buckets to be even', ({ state }) => state === 'balanced', { timeoutMs: limitMs });
    const tookMs = performance.now() - begunAt;
    const seen = await this.#client!.take();
    await cluster.until('the rows to be deleted', ({ storages }) => storages.every(({ states }) => !states.sent && !states.garbage && !states.receiving), { timeoutMs: limitMs });
    const tidyMs = performance.now() - begunAt;
    const after = await cluster.owned(this.#options.buckets);
    return { buckets: Object.keys(after).reduce((sum, name) => sum + Math.max(0, after[name]! - before[name]!), 0), tookMs, seen, tidyMs };
  }

  /** Every bucket has one owner, and every row is once. Throws otherwise. */
  async whole(): Promise<void> {
    const { buckets, rowsEach } = this.#options;
    await this.cluster.owned(buckets);
    let rows = 0;
    for (const { name } of this.cluster.keepers.values()) rows += Number((await lua(await this.cluster.master(name), 'return box.space.accounts:len()'))[0]);
    if (rows !== buckets * rowsEach) throw new Error(`${rows} rows of ${buckets * rowsEach}; ${JSON.stringify(countsOf(await this.cluster.group()))}`);
  }

  async stop(): Promise<void> {
    await this.#client?.stop();
    await this.router?.stop();
    await this.cluster.stop();
  }
}

/** How long it takes from the order to the answer that every storage has made its buckets. */
export async function bootstrapMs(buckets: number, storages: number): Promise<number> {
  const cluster = new Sharded();
  try {
    await cluster.start(Object.fromEntries(Array.from({ length: storages }, (_, at) => [`s${at + 1}`, 1])), { coordinators: 1, groups: { default: { buckets } } });
    await cluster.until('the group to be read', ({ state }) => state === 'notBootstrapped');
    await waitFor(async () => (await Promise.all([...cluster.keepers.keys()].map((name) => cluster.master(name)))).length === storages, { timeoutMs: 60_000, what: 'masters' });
    const begunAt = performance.now();
    await cluster.order({ kind: 'bootstrap', group: 'default', by: 'bench' });
    const tookMs = performance.now() - begunAt;
    await cluster.owned(buckets);
    return tookMs;
  } finally {
    await cluster.stop();
  }
}
