/** The router as it is shipped, in a process of its own, told by this one what an agent tells it. */
import { fork, type ChildProcess } from 'node:child_process';
import { connectionDefaults, openConnection, parseAddress, storedHash, systemClock, type Connection } from '~/iproto/index.ts';
import { routerFlags, settingsShape, type FromRouter, type Settings, type Stats, type Topology } from '~/link/router-protocol.ts';
import { freeAddress } from './ports.ts';
import { endProcess } from './stopped.ts';
import { waitFor } from './wait.ts';

export class RouterProcess {
  readonly said: FromRouter[] = [];
  readonly listen: string;
  readonly #child: ChildProcess;
  readonly #open: Connection[] = [];
  #stats: readonly Stats[] = [];

  private constructor(child: ChildProcess, listen: string) {
    this.#child = child;
    this.listen = listen;
    child.on('message', (message: FromRouter) => {
      if (message.kind === 'stats') this.#stats = message.stats;
      else this.said.push(message);
    });
  }

  /** `flags`: of Node, beside those that the product sets. `onOutput`: gets what it prints, which goes to our own output otherwise. */
  static async start(topology: Topology, more: Partial<Settings> = {}, { flags = [], onOutput }: { flags?: readonly string[]; onOutput?: (text: string) => void } = {}): Promise<RouterProcess> {
    const listen = await freeAddress();
    const child = fork('dist/router/main.mjs', [], { stdio: ['ignore', onOutput ? 'pipe' : 'inherit', 'inherit', 'ipc'], execArgv: [...routerFlags, ...flags] });
    if (onOutput) child.stdout!.setEncoding('utf8').on('data', onOutput);
    const router = new RouterProcess(child, listen);
    const settings = { ...settingsShape.parse({ listen, credentials: { user: 'coterie_router', password: 'replication' }, scanMs: 100 }), ...more };
    child.send({ kind: 'start', settings, topology, users: { app: storedHash('secret').toString('base64'), poor: storedHash('secret').toString('base64') } });
    await waitFor(() => router.ended || router.said.some(({ kind }) => kind === 'ready' || kind === 'failed'), { timeoutMs: 20_000, what: 'the router' });
    const failed = router.said.find((message) => message.kind === 'failed');
    if (failed === undefined && !router.ended) return router;
    await router.stop();
    throw new Error(failed?.message ?? `the router ended with ${child.exitCode}`);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The newest that it told. */
  get stats(): readonly Stats[] {
    return this.#stats;
  }

  /** Until the newest figures are so. */
  until(is: (stats: Stats) => boolean, what: string): Promise<unknown> {
    return waitFor(() => this.#stats.length > 0 && this.#stats.every(is), { timeoutMs: 20_000, what });
  }

  setTopology(topology: Topology): void {
    this.#child.send({ kind: 'topology', topology });
  }

  drain(): void {
    this.#child.send({ kind: 'drain' });
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async connect(user = 'app', password = 'secret'): Promise<Connection> {
    const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 10_000, address: parseAddress(this.listen), credentials: { user, password } });
    this.#open.push(connection);
    return connection;
  }

  async stop(): Promise<void> {
    for (const connection of this.#open) connection.close();
    if (!this.ended) await endProcess(this.#child, 'SIGKILL');
  }
}
