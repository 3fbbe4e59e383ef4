import type { InstanceDetail, InstanceView, Issue, ReplicasetView } from '~/contract/shapes/view.ts';
import { failoverDefaults } from '~/core/topology/failover-settings.ts';
import { ProcessCluster } from './process-cluster.ts';
import { waitFor } from './wait.ts';

/** A server and five agents of the built bundles: s1 of a, b and c with appointed masters, the stateboard on p, the coordinator on k. */

export const replicasets = (s1 = '      a: {}\n      b: {}\n      c: {}\n') => `replicasets:\n  state:\n    roles: [stateboard]\n    instances:\n      p: {}\n  control:\n    roles: [failover-coordinator]\n    instances:\n      k: {}\n  s1:\n    roles: [storage]\n    instances:\n${s1}`;

export const storages = ['a', 'b', 'c'] as const;
const limit = { timeoutMs: 40_000 };

/** The other storages. */
export const others = (than: string) => storages.filter((alias) => alias !== than);

export class AppointedCluster extends ProcessCluster {
  /** A longer lease than usual is for who is not about failover: a busy machine ends a short one. */
  async begin(mode: 'stateful' | 'disabled', { leaseMs = failoverDefaults.leaseMs }: { leaseMs?: number } = {}): Promise<void> {
    await this.server();
    await this.claim();
    await this.add('p', 'k', ...storages);
    await this.heard(['p', 'k', ...storages]);
    await this.ok('/topology/apply', { document: `name: test\nfailover:\n  mode: ${mode}\n  leaseMs: ${leaseMs}\n${replicasets()}` });
    await this.allReady();
  }

  /** The answer of a request that has to succeed. */
  async ok(path: string, body: unknown): Promise<any> {
    const answer = await this.post(path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async instance(alias: string): Promise<InstanceDetail> {
    return (await this.get(`/instance/${alias}`)).body;
  }

  async s1(): Promise<ReplicasetView> {
    return (await this.get('/replicaset/s1')).body;
  }

  /** Who is appointed and writes, as far as it is known. */
  async master(): Promise<string | null> {
    const { instances } = (await this.get('/cluster/overview')).body as { instances: InstanceView[] };
    return instances.find(({ replicaset, wantedMaster, leadership }) => replicaset?.alias === 's1' && wantedMaster && leadership === 'master')?.alias ?? null;
  }

  async issues(): Promise<Issue[]> {
    return (await this.get('/cluster/issues')).body;
  }

  /** Resolves to the one that writes, once it alone does, everybody else follows it, and nothing is wrong. */
  async settled(fits: (master: InstanceView) => boolean = () => true): Promise<string> {
    let last: unknown;
    const look = async () => {
      const { instances, issues: all, health } = (await this.get('/cluster/overview')).body;
      // What is no fault: that something is there only once, that rows were saved, that a test changes masters often.
      const issues = all.filter(({ severity, code }: Issue) => severity !== 'info' && code !== 'lost-rows' && !code.startsWith('rule-'));
      const members: InstanceView[] = instances.filter(({ replicaset, disabled }: InstanceView) => replicaset?.alias === 's1' && !disabled);
      const masters = members.filter(({ leadership }) => leadership === 'master');
      last = { health, issues: issues.map(({ id, sentence }: Issue) => [id, sentence]), members: members.map(({ alias, state, leadership, failover }) => [alias, state, leadership, failover]) };
      const [master] = masters;
      const follow = members.every((one) => one === master || (one.leadership === 'replica' && (one.failover === null || one.failover.standing === 'follower')));
      return master && masters.length === 1 && follow && issues.length === 0 && (all.length > 0 || health === 'ok') && fits(master) ? master.alias : null;
    };
    return waitFor(look, { ...limit, what: 's1 to be led by one, and nothing to be wrong' }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${JSON.stringify(last)}\n${this.tails(12)}`);
    });
  }

  async pid(alias: string): Promise<number> {
    return (await this.instance(alias)).status!.database!.process.pid;
  }

  async lua(alias: string, code: string): Promise<unknown[]> {
    const { data } = await this.ok(`/instance/${alias}/eval`, { code, timeoutMs: 10_000 });
    if (!data.ok) throw new Error(`${alias}: ${JSON.stringify(data)}\n${this.tails(12)}`);
    return data.values;
  }

  /** Until this row is on each of them. */
  async has(key: number, aliases: readonly string[] = storages): Promise<void> {
    for (const alias of aliases) await waitFor(async () => (await this.lua(alias, `return box.space.t ~= nil and box.space.t:get(${key}) ~= nil`))[0] === true, { ...limit, what: `row ${key} on ${alias}` });
  }
}
