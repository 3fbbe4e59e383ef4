/** What happens to storages that share buckets, while clients go on: masters change, processes are killed, links are cut. */
import { mkdirSync, rmSync } from 'node:fs';
import type { Random } from '../simulation/apply/random.ts';
import type { Closed, Database } from './database.ts';
import { LinkProxy } from './link-proxy.ts';
import type { RouterProcess } from './router-process.ts';
import { stopProcess } from './stopped.ts';
import type { Storage } from './storages.ts';

type Topology = Parameters<typeof RouterProcess.start>[0];
/** Who speaks to an instance: a router by its number, or other storages. */
type Side = number | 'storages';

const cutMs = [200, 900] as const;
const pauseMs = [50, 400] as const;
const handedMax = 8;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class ShardFaults {
  readonly routers: RouterProcess[] = [];
  moved = 0;
  readonly #storages: readonly Storage[];
  readonly #random: Random;
  readonly #links = new Map<string, LinkProxy>();
  #moving: Promise<void> | null = null;
  #going = true;

  constructor(storages: readonly Storage[], random: Random) {
    this.#storages = storages;
    this.#random = random;
  }

  /** Links between all, and that many routers behind links of their own. */
  async start(routers: number, startRouter: (topology: Topology) => Promise<RouterProcess>): Promise<void> {
    for (const { databases } of this.#storages) {
      for (const { name, listen } of databases.all) {
        const [host, port] = listen.split(':') as [string, string];
        for (const side of [...Array.from({ length: routers }, (_, at) => at), 'storages' as const]) this.#links.set(`${side} ${name}`, await new LinkProxy({ host, port: Number(port) }).start());
      }
    }
    await this.#introduce();
    for (let at = 0; at < routers; at += 1) this.routers.push(await startRouter(this.topology(at)));
  }

  topology(router: number): Topology {
    return {
      replicasets: this.#storages.map(({ uuid, name, epoch, master, databases }) => ({
        uuid, alias: name, epoch, master: master.uuid,
        instances: databases.all.map((one) => ({ uuid: one.uuid, uri: this.#uri(router, one), zone: null, enabled: true, lagMs: null })),
      })),
    };
  }

  /** Some buckets are always on their way, from anywhere to anywhere. */
  keepMoving(): void {
    this.#moving = (async () => {
      while (this.#going) {
        const [from, to] = this.#two();
        const ids = await from.rows().then((rows) => rows.filter(([, state]) => state === 'active').map(([id]) => id), () => []);
        const some = ids.filter(() => this.#random.chance(0.3)).slice(0, handedMax);
        const uri = this.#uri('storages', to.master);
        const told = some.length === 0 ? null : await from.move({ uuid: to.uuid, master: { listen: uri } } as Storage, { ids: some }, { stepSeconds: 1.5, refSeconds: 0.2, seconds: 5, wait: 6 }).catch(() => null);
        this.moved += told?.moved ?? 0;
        if ((told?.moved ?? 0) === 0) await wait(20);
      }
    })();
  }

  async rest(): Promise<void> {
    this.#going = false;
    await this.#moving;
  }

  readonly all = {
    'a switchover': () => this.#switchOver(this.#one()),
    'a master is killed, and its replica leads': () => this.#kill(this.#one()),
    'a master is killed, and leads again from its files': () => this.#restart(this.#one()),
    'a replica is killed': () => this.#killReplica(this.#one()),
    'a master is paused': () => this.#pause(this.#one().master),
    'the link of a router is cut': () => this.#cut([this.#link(this.#random.pick(this.routers.map((_, at) => at)), this.#one().master)]),
    'a router is cut off from all': () => {
      const router = this.#random.pick(this.routers.map((_, at) => at));
      return this.#cut(this.#storages.flatMap(({ databases }) => databases.all.map((one) => this.#link(router, one))));
    },
    'the links of a storage to the others are cut': () => this.#cut([this.#link('storages', this.#one().master)]),
  } as const satisfies Record<string, () => Promise<void>>;

  async #cut(links: readonly LinkProxy[]): Promise<void> {
    const directions = this.#random.pick([{ there: true, back: true }, { there: true, back: false }, { there: false, back: true }]);
    for (const link of links) link.cut(directions);
    await wait(this.#random.between(...cutMs));
    for (const link of links) link.heal();
  }

  async #pause({ pid }: Database): Promise<void> {
    await stopProcess(pid!);
    await wait(this.#random.between(...pauseMs));
    process.kill(pid!, 'SIGCONT');
  }

  async #switchOver(storage: Storage): Promise<void> {
    const heir = storage.replicas[0]!;
    const { vclock } = await storage.master.call<Closed>('freeze', { epoch: storage.epoch });
    await heir.call('await_vclock', { vclock, timeout: 10 });
    await storage.failOver(heir);
    await this.#introduce();
  }

  async #kill(storage: Storage): Promise<void> {
    const dead = storage.master;
    const heir = storage.replicas[0]!;
    await dead.stop();
    await storage.failOver(heir, [dead]);
    await this.#introduce();
    rmSync(dead.data, { recursive: true });
    mkdirSync(dead.data);
    await dead.start('join', storage.uuid, [heir]);
    await this.#follow(storage, dead);
  }

  async #restart(storage: Storage): Promise<void> {
    const one = storage.master;
    await one.stop();
    await one.start('recover', storage.uuid);
    await storage.failOver(one);
    await this.#introduce();
  }

  async #killReplica(storage: Storage): Promise<void> {
    const replica = storage.replicas[0]!;
    await replica.stop();
    await replica.start('recover', storage.uuid);
    await this.#follow(storage, replica);
  }

  #follow({ epoch, master }: Storage, one: Database): Promise<unknown> {
    return one.call('order', { kind: 'follow', epoch, upstream: { uuid: master.uuid, uri: master.listen } });
  }

  /** Masters hear of each other, and one of the routers is told: the others find out by themselves. */
  async #introduce(): Promise<void> {
    for (const one of this.#storages) await one.hears(this.#storages.filter((other) => other !== one), (other) => this.#uri('storages', other.master));
    this.routers[0]?.setTopology(this.topology(0));
  }

  #link = (side: Side, { name }: Database): LinkProxy => this.#links.get(`${side} ${name}`)!;
  #uri = (side: Side, one: Database): string => `127.0.0.1:${this.#link(side, one).port}`;
  #one = (): Storage => this.#random.pick(this.#storages);

  #two(): readonly [Storage, Storage] {
    const one = this.#one();
    return [one, this.#random.pick(this.#storages.filter((other) => other !== one))];
  }

  async stop(): Promise<void> {
    await this.rest();
    for (const router of this.routers) await router.stop();
    for (const link of this.#links.values()) await link.stop();
  }
}
