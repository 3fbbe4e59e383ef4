/** A replicaset of agents whose master is appointed: a stateboard, a coordinator and storages, as a server would configure them. */
import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { FailoverConfig } from '~/contract/shapes/failover.ts';
import { Agents, Driver, lua, statusOf, untilReady, untilStatus, type TestAgent } from './agents.ts';
import { waitFor } from './wait.ts';

const limit = { timeoutMs: 30_000 };

export type AppointedOptions = { readonly storages?: readonly string[]; readonly failover?: Partial<FailoverConfig>; readonly flags?: readonly string[]; /** Of one storage more. */ readonly flagsOf?: (name: string) => readonly string[] };

export class Appointed {
  readonly agents = new Agents();
  readonly driver = new Driver();
  board!: TestAgent;
  coordinator!: TestAgent;
  storages: TestAgent[] = [];
  replicaset = '';

  async start({ storages = ['s1', 's2', 's3'], failover = {}, flags = [], flagsOf = () => [] }: AppointedOptions = {}): Promise<this> {
    const { agents, driver } = this;
    this.board = await agents.add('board', { flags });
    [this.coordinator, ...this.storages] = (await Promise.all(['coordinator', ...storages].map((name) => agents.add(name, { flags: [...flags, ...flagsOf(name)] })))) as [TestAgent, ...TestAgent[]];
    driver.addReplicaset('state', [this.board], ['stateboard']);
    driver.addReplicaset('control', [this.coordinator], ['failover-coordinator']);
    this.replicaset = driver.addReplicaset('data', this.storages);
    driver.config.failover = { mode: 'stateful', ...failover };
    await driver.apply(agents.all, 10_000);
    await Promise.all(agents.all.map((agent) => untilReady(agent, 1, 30_000)));
    return this;
  }

  /** Those that say that they write, and are writable, of `among`. */
  async masters(among: readonly TestAgent[] = this.storages): Promise<TestAgent[]> {
    const statuses = await statusesOf(among);
    return among.filter((_agent, index) => leads(statuses[index]));
  }

  master(among?: readonly TestAgent[]): Promise<TestAgent> {
    return waitFor(async () => {
      const found = await this.masters(among);
      return found.length === 1 ? found[0]! : null;
    }, { ...limit, what: 'one master' });
  }

  others(than: TestAgent): TestAgent[] {
    return this.storages.filter((agent) => agent !== than);
  }

  follows(agent: TestAgent, leader: TestAgent): Promise<unknown> {
    return untilStatus(agent, `follows ${leader.name}`, (status) => followsIn(status, leader), 30_000);
  }

  /** One master (`leader`, if that is named), and all of `among` follow it. What a status says may be a moment old. */
  whole(among: readonly TestAgent[] = this.storages, leader: TestAgent | null = null): Promise<TestAgent> {
    return waitFor(async () => {
      const statuses = await statusesOf(among);
      const at = statuses.findIndex(leads);
      const found = among[at];
      if (found === undefined || (leader !== null && found !== leader)) return null;
      return statuses.every((status, index) => index === at || followsIn(status, found)) ? found : null;
    }, { ...limit, what: `${leader?.name ?? 'one'} to lead, and the others to follow` }).catch(async (error: unknown) => {
      throw new Error(`${(error as Error).message}\n${(await Promise.all(among.map(async (agent) => `${agent.name}: ${JSON.stringify((await statusOf(agent).catch(() => null))?.failover ?? null)}`))).join('\n')}`);
    });
  }

  async makeSpace(): Promise<void> {
    await lua(await this.master(), "local s = box.schema.space.create('t', {if_not_exists = true}) s:create_index('pk', {if_not_exists = true})");
    for (const agent of this.storages) await waitFor(async () => (await lua(agent, 'return box.space.t ~= nil'))[0], { ...limit, what: `the space on ${agent.name}` });
  }

  has(agent: TestAgent, id: number): Promise<unknown> {
    return waitFor(async () => (await lua(agent, `return box.space.t:get(${id}) ~= nil`))[0], { ...limit, what: `row ${id} on ${agent.name}` });
  }

  async epoch(agent: TestAgent): Promise<number> {
    return (await statusOf(agent)).failover?.member?.epoch ?? 0;
  }
}

const statusesOf = (among: readonly TestAgent[]) => Promise.all(among.map((agent) => statusOf(agent).catch(() => null)));
const leads = (status: AgentStatus | null | undefined) => status?.failover?.member?.standing === 'master' && status.database?.readOnly === false;
const followsIn = (status: AgentStatus | null | undefined, leader: TestAgent) => status?.failover?.member?.standing === 'follower' && status.failover.member.master === leader.uuid;
