/** Replicasets of agents that share buckets: a stateboard, coordinators and storages, as a server would configure them. */
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { ShardingConfig } from '~/contract/shapes/sharding.ts';
import { problemOf } from '~/contract/errors.ts';
import type { ShardingCommand } from '~/link/sharding-messages.ts';
import { Agents, Driver, lua, statusOf, untilReady, type TestAgent } from './agents.ts';
import { waitFor } from './wait.ts';

const limit = { timeoutMs: 40_000 };

export type Keeper = { readonly uuid: string; readonly name: string; readonly agents: readonly TestAgent[] };

export class Sharded {
  readonly agents = new Agents();
  readonly driver = new Driver();
  coordinators: TestAgent[] = [];
  readonly keepers = new Map<string, Keeper>();

  /** `storages`: how many instances each has. */
  async start(storages: Readonly<Record<string, number>>, { coordinators = 2, groups }: { coordinators?: number; groups?: ShardingConfig['groups'] } = {}): Promise<this> {
    const { agents, driver } = this;
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
      const agents = await Promise.all(Array.from({ length: count }, (_, at) => this.agents.add(`${name}-${at + 1}`)));
      this.keepers.set(name, { name, agents, uuid: this.driver.addReplicaset(name, agents) });
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

  /** How many buckets each owns, by the tables themselves. Throws where one has two owners or none. */
  async owned(count: number): Promise<Record<string, number>> {
    const owners = new Map<number, string>();
    for (const { name } of this.keepers.values()) {
      const [ids] = await lua(await this.master(name), "local r = {} if box.space._coterie_buckets then for _, b in box.space._coterie_buckets:pairs() do if b[2] == 'active' or b[2] == 'pinned' or b[2] == 'sending' then table.insert(r, b[1]) end end end return r");
      for (const id of ids as number[]) {
        if (owners.has(id)) throw new Error(`bucket ${id} is ${owners.get(id)}'s and ${name}'s`);
        owners.set(id, name);
      }
    }
    for (let id = 1; id <= count; id += 1) if (!owners.has(id)) throw new Error(`bucket ${id} is nobody's`);
    const counts: Record<string, number> = Object.fromEntries([...this.keepers.keys()].map((name) => [name, 0]));
    for (const name of owners.values()) counts[name]! += 1;
    return counts;
  }

  async makeSpace(): Promise<void> {
    for (const { name } of this.keepers.values()) await lua(await this.master(name), "if box.space.accounts == nil then local s = box.schema.space.create('accounts', {format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}}}) s:create_index('id') s:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false}) end return true");
  }

  stop(): Promise<void> {
    return this.agents.stopAll();
  }
}

export const countsOf = ({ storages }: GroupView): Record<string, number | null> => Object.fromEntries(storages.map(({ alias, owned }) => [alias, owned]));
