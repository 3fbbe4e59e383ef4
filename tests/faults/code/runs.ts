import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { InstanceDetail } from '~/contract/shapes/view.ts';
import { agentClient } from '~/link/client.ts';
import { keysOf } from '~/link/keys.ts';
import { TokenSigner } from '~/link/token.ts';
import { clusterSecret, ProcessCluster, type AgentProgram } from '~/tests/support/process-cluster.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { Callers } from './callers.ts';
import { candidateIn } from './candidate.ts';
import { partsOfIt, password, roleFiles } from './role.ts';
import { steps, Watch, type Step } from './steps.ts';

/**
 * A changed role (function, module, section, index) on its way to 2 x 2 storages, while a process is killed at one of its
 * steps. Then all is healed, and every instance has to run the whole of the one version or of the other.
 */

export const victims = ['Tarantool of a master', 'Tarantool of a replica', 'agent of a master', 'agent of a replica', 'host of a master', 'server'] as const;
type Victim = (typeof victims)[number];
export type Fault = { readonly step: Step; readonly victim: Victim };

/** How many runs it takes for each victim at each step; those that follow each other differ in both. */
export const kinds = steps.length * victims.length;
export const faultOf = (run: number): Fault => ({ step: steps[run % steps.length]!, victim: victims[((run % steps.length) + Math.floor(run / steps.length)) % victims.length]! });

export type Outcome = Fault & { readonly made: boolean; readonly reached: boolean; readonly calls: number; readonly tookMs: number };

const names = ['a', 'b', 'c', 'd'];
const document = 'name: test\nreplicasets:\n  s1:\n    roles: [probe, storage]\n    instances: [a, b]\n  s2:\n    roles: [probe, storage]\n    instances: [c, d]\n';
const limit = { timeoutMs: 60_000, everyMs: 50 };

export class CodeFaults {
  readonly cluster = new ProcessCluster();
  #uuids = new Map<string, string>();
  #tried = 1;
  readonly #signer = new TokenSigner(keysOf(clusterSecret, 'test').token, { name: 'the test' });

  async begin(): Promise<void> {
    const { cluster } = this;
    await cluster.server();
    await cluster.claim();
    await cluster.add(...names);
    await cluster.heard(names);
    await this.#ok('/topology/apply', { document: document.replaceAll('probe, ', '') });
    await cluster.allReady();
    await cluster.ignoreCrashes();
    const { body } = await cluster.get('/cluster/overview');
    this.#uuids = new Map(body.instances.map(({ alias, uuid }: { alias: string; uuid: string }) => [alias, uuid]));
    for (const master of ['a', 'c']) await this.#lua(master, `box.schema.user.create('probe', {password = '${password}'})`);
    await this.#ok('/code/push', { files: roleFiles(1) });
    await this.#ok('/topology/apply', { document });
    await this.#sound('the beginning');
    for (const master of ['a', 'c']) await this.#lua(master, "for id = 1, 100 do box.space.marks:replace{id, 'kind ' .. id % 7} end");
  }

  stop = (): Promise<void> => this.cluster.stop();

  /**
   * Throws with what is not as it has to be. `atOnce`: what was killed is started again while the change is still under way,
   * and not when it has been answered without it.
   */
  async run(at: number, { atOnce = Math.floor(at / 2) % 2 === 0 } = {}): Promise<Outcome> {
    const fault = faultOf(at);
    const begun = performance.now();
    const what = `run ${at}, ${fault.victim} killed when ${fault.step}`;
    const callers = new Callers(this.cluster.agents);
    try {
      const wanted = (this.#tried += 1);
      const watch = new Watch(this.cluster.agents, (await this.#head()).version + 1);
      let over = false;
      const asked = this.cluster.post('/code/push', { files: roleFiles(wanted) }).catch(() => null).finally(() => (over = true));
      const reached = await watch.reached(fault.step, () => over);
      const heal = await this.#kill(fault.victim, at);
      if (!atOnce) await asked;
      await heal();
      const answer = await asked;
      const version = await this.#sound(what);
      const made = version === wanted;
      if (answer?.status === 200 && !made) throw new Error(`it was answered that version ${wanted} is applied, and all run ${version}`);
      if (answer !== null && answer.status !== 200 && made) throw new Error(`it was answered that nothing was changed, and all run ${version}: ${JSON.stringify(answer.body).slice(0, 500)}`);
      await this.#nothingLeft();
      if (callers.mixed.length > 0) throw new Error(`an instance answered of two versions: ${callers.mixed.slice(0, 3).join('; ')}`);
      return { ...fault, made, reached, calls: callers.calls, tookMs: performance.now() - begun };
    } catch (error) {
      throw new Error(`${what}: ${(error as Error).message}\n${this.cluster.tails(12)}\n--- server\n${this.cluster.servers[0]!.tail(12)}`, { cause: error });
    } finally {
      await callers.stop();
    }
  }

  /** Answers what brings it back. */
  async #kill(victim: Victim, at: number): Promise<() => Promise<void>> {
    const [master, replica] = at % 2 === 0 ? ['a', 'b'] : ['c', 'd'];
    const agent = this.cluster.agent(victim.endsWith('replica') ? replica! : master!);
    const [server] = this.cluster.servers;
    if (victim === 'server') {
      await server!.end('SIGKILL');
      return async () => {
        server!.start();
        await this.cluster.ready(server!);
      };
    }
    if (victim.startsWith('agent') || victim.startsWith('host')) await agent.end('SIGKILL');
    if (!victim.startsWith('agent')) process.kill(tarantoolOf(agent), 'SIGKILL');
    // Its agent starts a Tarantool again.
    return async () => void (agent.running || agent.start());
  }

  /** Until all have what the newest configuration says, whole; answers the version of the role. */
  async #sound(what: string): Promise<number> {
    const { cluster } = this;
    await waitFor(async () => ((await cluster.get('/apply-run')).body as ApplyRun[]).every(({ state }) => state === 'done' || state === 'aborted'), { ...limit, what: `every run to be settled after ${what}` });
    await cluster.allReady();
    const { config } = await this.#head();
    const version = Number(/\d+/.exec(config.sections['roles/probe/version.yml'] ?? '')?.[0]);
    const whole = { called: version, module: version, conf: version, indexes: ['id', `v${version}`] };
    let last: unknown;
    const look = async () => {
      const parts = await Promise.all(names.map(async (name) => JSON.parse(String(await this.#lua(name, partsOfIt))) as typeof whole & { rows: number }));
      const bundles = await Promise.all(names.map(async (name) => ((await cluster.get(`/instance/${name}`)).body as InstanceDetail).status?.roles));
      last = { whole, parts, bundles };
      const [first] = bundles;
      return (
        first !== undefined &&
        bundles.every((told) => told?.wanted === first.wanted && told.applied === first.wanted && told.failed.length === 0 && told.doing === null) &&
        parts.every((one) => one.called === version && one.module === version && one.conf === version && JSON.stringify(one.indexes) === JSON.stringify(whole.indexes)) &&
        parts[0]!.rows === parts[1]!.rows && parts[2]!.rows === parts[3]!.rows
      );
    };
    await waitFor(look, { ...limit, what: 'all instances to run the same, whole' }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${JSON.stringify(last)}`);
    });
    return version;
  }

  /** No candidate; and the next change goes through. */
  async #nothingLeft(): Promise<void> {
    for (const { dataDir, alias } of this.cluster.agents) if (candidateIn(dataDir) !== null) throw new Error(`${alias} still has a candidate`);
    const begun = performance.now();
    await this.#ok('/config/upload', { sections: { next: `${begun}` } });
    const tookMs = performance.now() - begun;
    if (tookMs > 10_000) throw new Error(`the next change took ${tookMs.toFixed(0)} ms: something was in its way`);
  }

  async #head(): Promise<{ version: number; config: { sections: Record<string, string> } }> {
    return (await this.cluster.get('/config')).body;
  }

  async #ok(path: string, body: unknown): Promise<void> {
    const answer = await this.cluster.post(path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  async #lua(alias: string, code: string): Promise<unknown> {
    const agent = this.cluster.agent(alias);
    const client = agentClient({ uuid: this.#uuids.get(alias)!, alias, http: agent.http }, this.#signer);
    const result = await client.eval({ language: 'lua', code, timeoutMs: 3000, rowsMax: 100 }, { timeoutMs: 5000 });
    if (!result.ok) throw new Error(`${alias}: ${result.error}`);
    return result.values[0];
  }
}

const tarantoolOf = ({ dataDir }: AgentProgram): number => (JSON.parse(readFileSync(join(dataDir, 'tarantool.pid'), 'utf8')) as { pid: number }).pid;
