/** Replicasets of agents that share buckets: a stateboard, coordinators and storages, as a server would configure them. */
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { ShardingConfig } from '~/contract/shapes/sharding.ts';
import { problemOf } from '~/contract/errors.ts';
import { groupField } from '~/core/topology/sharding-settings.ts';
import { keysOf } from '~/link/keys.ts';
import type { ShardingCommand } from '~/link/sharding-messages.ts';
import { Agents, Driver, lua, statusOf, untilReady, type TestAgent } from './agents.ts';
import { RouterProcess } from './router-process.ts';
import { waitFor } from './wait.ts';

const limit = { timeoutMs: 40_000 };
type Topology = Parameters<typeof RouterProcess.start>[0];
type RouterSettings = NonNullable<Parameters<typeof RouterProcess.start>[1]>;

export type Keeper = { readonly uuid: string; readonly name: string; readonly agents: readonly TestAgent[] };

export class Sharded {
  readonly agents = new Agents();
  readonly driver = new Driver();
  coordinators: TestAgent[] = [];
  readonly keepers = new Map<string, Keeper>();
  #flags: readonly string[] = [];
  #groupOf: (name: string) => string = () => 'default';

  /** `storages`: how many instances each has. `flags`: of their agents. */
  async start(storages: Readonly<Record<string, number>>, { coordinators = 2, groups, groupOf = () => 'default', flags = [] }: { coordinators?: number; groups?: ShardingConfig['groups']; groupOf?: (name: string) => string; flags?: readonly string[] } = {}): Promise<this> {
    const { agents, driver } = this;
    this.#flags = flags;
    this.#groupOf = groupOf;
    const board = await agents.add('board');
    this.coordinators = await Promise.all(Array.from({ length: coordinators }, (_, at) => agents.add(`k${at + 1}`)));
    driver.addReplicaset('state', [board], ['stateboard']);
    driver.addReplicaset('control', this.coordinators, ['failover-coordinator']);
    driver.config.failover = { mode: 'stateful' };
    if (groups) driver.config.sharding = { groups };
    await this.add(storages);
    return this;
  }

  async add(storages: Readonly<Record<string, number>>): Promise<void> {
    await Promise.all(Object.entries(storages).map(async ([name, count]) => {
      const agents = await Promise.all(Array.from({ length: count }, (_, at) => this.agents.add(`${name}-${at + 1}`, { flags: this.#flags })));
      const uuid = this.driver.addReplicaset(name, agents);
      Object.assign(this.driver.config.replicasets[uuid]!, groupField(this.#groupOf(name)));
      this.keepers.set(name, { name, agents, uuid });
    }));
    await this.apply();
  }

  async apply(): Promise<void> {
    const up = this.agents.all.filter(({ child }) => child !== null);
    await this.driver.apply(up, 15_000);
    await Promise.all(up.map((agent) => untilReady(agent, this.driver.version, 40_000)));
  }

  keeper(name: string): Keeper {
    return this.keepers.get(name)!;
  }

  async master(name: string): Promise<TestAgent> {
    const { agents } = this.keeper(name);
    return waitFor(async () => {
      for (const agent of agents) {
        if (agent.child === null) continue;
        const status = await statusOf(agent).catch(() => null);
        if (status?.failover?.member?.standing === 'master' && status.database?.readOnly === false) return agent;
      }
      return null;
    }, { ...limit, what: `a master of ${name}` });
  }

  /** The coordinator that has the lock. */
  async active(): Promise<TestAgent> {
    return waitFor(async () => {
      for (const agent of this.coordinators) if (agent.child !== null && (await agent.client.shardingView({}, { timeoutMs: 3000 }).catch(() => null))) return agent;
      return null;
    }, { ...limit, what: 'an active coordinator' });
  }

  async group(name = 'default'): Promise<GroupView> {
    const { groups } = await (await this.active()).client.shardingView({}, { timeoutMs: 3000 });
    const found = groups.find(({ group }) => group === name);
    if (!found) throw new Error(`no group ${name}`);
    return found;
  }

  async order(command: ShardingCommand): Promise<string> {
    return (await (await this.active()).client.shardingCommand(command, { timeoutMs: 40_000 })).sentence;
  }

  /** As a code and a sentence. */
  async refused(command: ShardingCommand): Promise<string> {
    try {
      return `done: ${await this.order(command)}`;
    } catch (error) {
      const { code, detail } = problemOf(error);
      return `${code} ${detail}`;
    }
  }

  until(what: string, fits: (group: GroupView) => boolean, { name = 'default', timeoutMs = 60_000 } = {}): Promise<GroupView> {
    let last: unknown;
    return waitFor(async () => {
      const group = await this.group(name);
      last = group;
      return fits(group) ? group : null;
    }, { timeoutMs, what }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${JSON.stringify(last)}`);
    });
  }

  /** How many buckets each of a group owns, by the tables themselves. Throws where one has two owners or none. */
  async owned(count: number, names: readonly string[] = [...this.keepers.keys()]): Promise<Record<string, number>> {
    const owners = new Map<number, string>();
    for (const name of names) {
      const [ids] = await lua(await this.master(name), "local r = {} if box.space._coterie_buckets then for _, b in box.space._coterie_buckets:pairs() do if b[2] == 'active' or b[2] == 'pinned' or b[2] == 'sending' then table.insert(r, b[1]) end end end return table.concat(r, ' ')");
      for (const id of String(ids).split(' ').filter(Boolean).map(Number)) {
        if (owners.has(id)) throw new Error(`bucket ${id} is ${owners.get(id)}'s and ${name}'s`);
        owners.set(id, name);
      }
    }
    for (let id = 1; id <= count; id += 1) if (!owners.has(id)) throw new Error(`bucket ${id} is nobody's`);
    const counts: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
    for (const name of owners.values()) counts[name]! += 1;
    return counts;
  }

  async makeSpace(): Promise<void> {
    for (const { name } of this.keepers.values()) await lua(await this.master(name), "if box.space.accounts == nil then local s = box.schema.space.create('accounts', {format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}}}) s:create_index('id') s:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false}) end return true");
  }

  /** What an agent would tell a router of these storages. */
  async topology(names: readonly string[] = [...this.keepers.keys()]): Promise<Topology> {
    const replicasets = await Promise.all(names.map(async (name) => {
      const { uuid, agents } = this.keeper(name);
      const master = await this.master(name);
      const { failover } = await statusOf(master);
      return { uuid, alias: name, master: master.uuid, epoch: failover?.member?.epoch ?? 0, instances: agents.map((agent) => ({ uuid: agent.uuid, uri: agent.listen, zone: null, enabled: true, lagMs: null })) };
    }));
    return { replicasets };
  }

  async router(names?: readonly string[], more: Partial<RouterSettings> = {}): Promise<RouterProcess> {
    return RouterProcess.start(await this.topology(names), { credentials: { user: 'coterie_router', password: keysOf(this.agents.secret, this.driver.config.name).replicationPassword }, ...more });
  }

  stop(): Promise<void> {
    return this.agents.stopAll();
  }
}

export const countsOf = ({ storages }: GroupView): Record<string, number | null> => Object.fromEntries(storages.map(({ alias, owned }) => [alias, owned]));
