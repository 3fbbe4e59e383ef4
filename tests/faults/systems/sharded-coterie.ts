/**
 * The whole product, without servers: three replicasets share buckets, two hosts run a coordinator and a router each, and
 * one more host completes the state provider. The third replicaset has nothing until another one is drained.
 */
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import { connectionDefaults, openConnection, systemClock } from '~/iproto/index.ts';
import { lua, statusOf } from '~/tests/support/agents.ts';
import { waitFor } from '~/tests/support/wait.ts';
import type { Writable } from '../checkers/writable.ts';
import type { Lab } from '../lab/lab.ts';
import type { Copy, Killed, Program, ShardRows, System } from '../scenario/system.ts';
import type { TargetSpec } from '../targets/any.ts';
import { routedSchema, routedSpaces } from '../targets/routed.ts';
import { bucketsOfBank } from '../workloads/routed-workload.ts';
import type { TargetOptions } from '../workloads/target.ts';
import { Fleet } from './coterie-fleet.ts';
import type { CoterieOptions } from './coterie.ts';
import { witnessSpace } from './witness.ts';

export type ShardedOptions = Pick<CoterieOptions, 'copies' | 'provider' | 'durability' | 'leaseMs'> & { readonly sharded: true; readonly bucketsPerSecond: number };

/** Slow enough that most faults meet buckets on their way. */
export const shardedDefaults: ShardedOptions = { sharded: true, bucketsPerSecond: 12, copies: 2, provider: 'stateboard', durability: 'availability', leaseMs: 2_000 };

const user = { user: 'faults', password: 'faults' };
const [healthyMs, settleMs, callMs, commitAgainMs, factsMs] = [60_000, 120_000, 5_000, 500, 30_000];
const sets = ['s1', 's2', 's3'] as const;
type SetName = (typeof sets)[number];
const fronts = ['r1', 'r2'];
const third = 'p';
const batch = 4;
const resting = new Set(['active', 'pinned', 'gone']);

const ballast = `
  local counts, found = {}, {}
  for _, row in box.space.${routedSpaces.ballast}:pairs() do counts[row[2]] = (counts[row[2]] or 0) + 1 end
  for bucket, rows in pairs(counts) do table.insert(found, {bucket, rows}) end
  return unpack(found)`;

export class ShardedCoterie implements System {
  readonly name = 'coterie, sharded';
  readonly nodes: readonly string[];
  /** `source` gives buckets away, `destination` takes some. */
  readonly roles = ['master', 'replica', 'source', 'destination', 'router', 'coordinator', 'provider'];
  readonly programs: readonly string[];
  readonly server = 'tarantool';
  readonly leader = 'agent';
  readonly target: TargetSpec = { kind: 'routed', ...user };
  readonly waitsForCopies: boolean;
  readonly #options: ShardedOptions;
  readonly #fleet: Fleet;
  readonly #data: readonly string[];
  #lab!: Lab;
  #committing: Promise<unknown> = Promise.resolve();
  #drained: SetName = 's3';
  #turn = 0;

  constructor({ folder }: { readonly folder: string }, options: ShardedOptions) {
    this.#options = options;
    this.#data = sets.flatMap((name) => Array.from({ length: options.copies }, (_, at) => `${name}${'abc'[at]}`));
    this.nodes = [...this.#data, ...fronts, third];
    this.programs = ['agent', 'tarantool', 'router', ...(options.provider === 'etcd' ? ['etcd'] : [])];
    this.waitsForCopies = options.durability !== 'availability';
    this.#fleet = new Fleet({ folder }, { nodes: this.nodes, data: this.#data, etcd: options.provider === 'etcd' ? [...fronts, third] : [], user, smallDisks: false });
  }

  /** Those that have the data. */
  get data(): readonly string[] {
    return this.#data;
  }

  setOf(instance: string): SetName {
    return sets.find((name) => instance.startsWith(name))!;
  }

  async start(lab: Lab): Promise<void> {
    this.#lab = lab;
    await this.#fleet.start(lab);
    await this.#configure();
    const schema = `
      box.schema.user.create('${user.user}', { password = '${user.password}', if_not_exists = true })
      box.schema.user.grant('${user.user}', 'super', nil, nil, { if_not_exists = true })
      box.schema.space.create('${witnessSpace}', { if_not_exists = true }):create_index('primary', { if_not_exists = true })
      ${routedSchema(this.waitsForCopies)}`;
    // Whoever is master then: it may change while the others join.
    await Promise.all(sets.map((name) => waitFor(async () => {
      const master = await Promise.any(this.#fleet.hosts(this.#nodesOf(name)).map(async ({ agent }) => ((await lua(agent, 'return box.info.ro'))[0] === false ? agent : Promise.reject(new Error('read-only')))));
      await lua(master, schema);
      return true;
    }, { timeoutMs: healthyMs, what: `a master of ${name} that makes what clients need` })));
    await waitFor(async () => {
      const found = await this.#group();
      if (found?.state === 'notBootstrapped') await (await this.#coordinator()).shardingCommand({ kind: 'bootstrap', group: 'default', by: 'test' }, { timeoutMs: callMs });
      return found !== null && found.bootstrapped !== null;
    }, { timeoutMs: healthyMs, what: 'the bootstrap of the buckets' });
    await this.settled();
    for (const node of this.#data) this.#fleet.witness.watch(node, this.#fleet.host(node).listen);
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  async resolve(role: string): Promise<string> {
    this.#turn += 1;
    const others = sets.filter((name) => name !== this.#drained);
    const one = sets[this.#turn % sets.length]!;
    switch (role) {
      case 'source':
        return this.#masterOf(this.#drained);
      case 'destination':
        return this.#masterOf(others[this.#turn % others.length]!);
      case 'master':
        return this.#masterOf(one);
      case 'replica': {
        const master = this.#masterOf(one);
        return this.#nodesOf(one).find((node) => node !== master)!;
      }
      case 'router':
        return fronts[this.#turn % fronts.length]!;
      case 'coordinator':
        return await this.#fleet.coordinator();
      default:
        return this.#options.provider === 'stateboard' ? third : ((await this.#fleet.leaderOfEtcd()) ?? third);
    }
  }

  async clientOptions(from: string): Promise<TargetOptions> {
    return { endpoints: await Promise.all(fronts.map((node) => this.#lab.link(from, node, this.#fleet.host(node).router.port))), timeoutMs: callMs };
  }

  serverAddress(node: string): string {
    const { host, port } = this.#fleet.host(node).listen;
    return `${host}:${port}`;
  }

  program(node: string, name: string): Program | null {
    return this.#fleet.host(node).program(name);
  }

  restart(node: string): Promise<void> {
    this.#fleet.restart(node);
    return Promise.resolve();
  }

  /** Each replicaset has one master whom the others follow, buckets are where the weights want them, and routers know. */
  async settled(): Promise<void> {
    let last = '';
    await waitFor(async () => {
      last = (await this.#unsettled()).join('; ');
      return last === '';
    }, { timeoutMs: settleMs, what: 'everything to be at rest' }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message.split('; last')[0]}: ${last}`);
    });
  }

  writable(killed: readonly Killed[]): Promise<readonly Writable[]> {
    return this.#fleet.writable(killed);
  }

  witnessed(): readonly Writable[] {
    return this.#fleet.witness.writable();
  }

  /** What agents noted of failover, for whoever reads of a violation. */
  trails(): string {
    return this.#fleet.trails();
  }

  /** Of all replicasets. */
  async failovers(): Promise<number> {
    const facts = await this.#fleet.facts();
    return sets.reduce((sum, name) => sum + Math.max(...facts.filter(({ node }) => this.setOf(node) === name).map(({ epoch }) => epoch)), 0);
  }

  async copies(): Promise<readonly Copy[]> {
    return (await this.#fleet.facts(this.#data, true)).map(({ node, digest }) => ({ node, set: this.setOf(node), digest }));
  }

  kept(): Promise<ReadonlySet<number>> {
    return this.#fleet.kept([routedSpaces.set, routedSpaces.notes]);
  }

  switchTo(node: string): Promise<string> {
    return this.#fleet.switchTo(node);
  }

  async reconfigure(): Promise<void> {
    await this.#change((config) => void (config.sections.note = `${Date.now()}`));
  }

  async drain(node: string): Promise<void> {
    this.#drained = this.setOf(node);
    await this.#change((config) => {
      for (const set of Object.values(config.replicasets)) if (set.weight !== null) set.weight = set.alias === this.#drained ? 0 : 1;
    });
  }

  async shards(): Promise<readonly ShardRows[]> {
    return await Promise.all(sets.map(async (name) => {
      const { listen } = this.#fleet.host(this.#masterOf(name));
      const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, address: { ...listen }, credentials: user, connectTimeoutMs: callMs });
      const rowsOf = async <Row>(space: string): Promise<Row[]> => ((await connection.eval(`return box.space.${space}:select()`, [], { timeoutMs: factsMs })) as [Row[]])[0];
      try {
        return { name, buckets: await rowsOf<ShardRows['buckets'][number]>('_coterie_buckets'), accounts: await rowsOf<ShardRows['accounts'][number]>(routedSpaces.accounts), notes: await rowsOf<ShardRows['notes'][number]>(routedSpaces.notes), set: await rowsOf<ShardRows['set'][number]>(routedSpaces.set), ballast: (await connection.eval(ballast, [], { timeoutMs: factsMs })) as unknown as ShardRows['ballast'] };
      } finally {
        connection.close();
      }
    }));
  }

  async #configure(): Promise<void> {
    const { provider, durability, leaseMs, bucketsPerSecond } = this.#options;
    const { driver } = this.#fleet;
    for (const name of sets) {
      const uuid = driver.addReplicaset(name, this.#fleet.hosts(this.#nodesOf(name)).map(({ agent }) => agent));
      Object.assign(driver.config.replicasets[uuid]!, { durability, weight: name === this.#drained ? 0 : 1 });
    }
    driver.addReplicaset('front', this.#fleet.hosts(fronts).map(({ agent }) => agent), ['failover-coordinator', 'router']);
    driver.addReplicaset('state', [this.#fleet.host(third).agent], ['failover-coordinator', ...(provider === 'stateboard' ? ['stateboard'] : [])]);
    for (const { agent, router } of this.#fleet.hosts(fronts)) driver.config.instances[agent.uuid]!.router = `${router.host}:${router.port}`;
    driver.config.sharding = { groups: { default: { buckets: bucketsOfBank, bucketsPerSecond, batch } } };
    driver.config.failover = {
      mode: 'stateful', leaseMs, failoversMax: 100, failoverWindowSeconds: 10,
      provider: provider === 'stateboard' ? { kind: 'stateboard' } : { kind: 'etcd', endpoints: this.#fleet.hosts([...fronts, third]).map(({ etcd }) => etcd.doors.client) },
    };
    await this.#fleet.configured(healthyMs);
    await this.#fleet.ready(healthyMs);
  }

  /** One after the other, and again until it is committed: somebody may be away in the middle of another one. */
  #change(edit: (config: Fleet['driver']['config']) => void): Promise<void> {
    const changed = this.#committing.then(async () => {
      edit(this.#fleet.driver.config);
      await waitFor(async () => (await this.#fleet.committed()) || (await new Promise((resolve) => setTimeout(resolve, commitAgainMs, false))), { timeoutMs: healthyMs, what: 'a new configuration to be taken' });
    });
    this.#committing = changed.catch(() => {});
    return changed;
  }

  async #unsettled(): Promise<string[]> {
    await this.#committing;
    const facts = await this.#fleet.facts();
    const found = await this.#group();
    const troubles = sets.map((name) => this.#fleet.unsettled(facts.filter(({ node }) => this.setOf(node) === name), this.#options.copies));
    const routers = await Promise.all(fronts.map(async (node) => {
      const router = (await statusOf(this.#fleet.host(node).agent).catch(() => null))?.router;
      return router?.state === 'ready' && router.figures?.map.known === bucketsOfBank ? null : `the router of ${node} is ${router?.state ?? 'not heard of'}, knows ${router?.figures?.map.known ?? 'no'} buckets`;
    }));
    const problems = [...troubles, found === null ? 'no coordinator tells of buckets' : unrested(found, this.#drained), ...routers].filter((one) => one !== null);
    return problems.length > 0 ? problems : await this.#findings();
  }

  /** The doctor, too, finds nothing that somebody would have to look at. */
  async #findings(): Promise<string[]> {
    const told = await (await this.#coordinator()).shardingDoctor({ group: 'default' }, { timeoutMs: factsMs }).catch((error: unknown) => String(error));
    return typeof told === 'string' ? [`the doctor does not answer: ${told}`] : [...told.unheard.map((uuid) => `the doctor has not heard ${uuid}`), ...told.findings.filter(({ severity }) => severity !== 'info').map(({ sentence }) => `the doctor says: ${sentence}`)];
  }

  async #coordinator() {
    return this.#fleet.host(await this.#fleet.coordinator()).client;
  }

  async #group(): Promise<GroupView | null> {
    const view = await (await this.#coordinator()).shardingView({}, { timeoutMs: callMs }).catch(() => null);
    return view?.groups[0] ?? null;
  }

  #nodesOf(name: SetName): string[] {
    return this.#data.filter((node) => this.setOf(node) === name);
  }

  /** Whoever let a write through last. */
  #masterOf(name: SetName): string {
    const seen = this.#fleet.witness.writable().filter(({ instance }) => this.setOf(instance) === name);
    return seen.toSorted((a, b) => b.to - a.to)[0]?.instance ?? this.#nodesOf(name)[0]!;
  }
}

/** Null: all buckets are where they are to be, and none is on its way. */
function unrested({ state, sentence, storages, bootstrapped }: GroupView, drained: SetName): string | null {
  const moving = storages.filter(({ states, owned }) => owned === null || Object.entries(states).some(([name, count]) => count > 0 && !resting.has(name)));
  const wrong = storages.filter(({ alias, owned }) => owned !== (alias === drained ? 0 : bucketsOfBank / (sets.length - 1)));
  if (bootstrapped !== null && state === 'balanced' && moving.length === 0 && wrong.length === 0) return null;
  return `buckets are ${state}: ${sentence} ${storages.map(({ alias, owned, states, blockers }) => `${alias} owns ${owned} (${Object.entries(states).map(([name, count]) => `${count} ${name}`).join(', ')}) ${blockers.join('; ')}`).join('; ')}`;
}
