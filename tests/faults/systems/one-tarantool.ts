/** One Tarantool and no failover: what the harness itself is tested on. Without a log it loses what it acknowledged when it is killed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectionDefaults, openConnection, systemClock } from '~/iproto/index.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { outside, type Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import type { System } from '../scenario/system.ts';
import { setSpace } from '../targets/tarantool.ts';
import type { TargetOptions } from '../workloads/target.ts';

const user = { user: 'faults', password: 'faults' };
const healthyMs = 40_000;

export class OneTarantool implements System {
  readonly name = 'one-tarantool';
  readonly nodes = ['n1'];
  readonly roles = ['master'];
  readonly programs = ['tarantool'];
  readonly server = 'tarantool';
  readonly target = { kind: 'tarantool', ...user } as const;
  readonly #folder: string;
  readonly #walMode: 'write' | 'none';
  #lab!: Lab;
  #port = 0;
  #process: LabProcess | null = null;

  constructor({ folder }: { readonly folder: string }, { walMode }: { readonly walMode: 'write' | 'none' }) {
    this.#folder = join(folder, 'n1');
    this.#walMode = walMode;
  }

  async start(lab: Lab): Promise<void> {
    this.#lab = lab;
    this.#port = await lab.port('n1');
    mkdirSync(this.#folder);
    writeFileSync(join(this.#folder, 'main.lua'), `
      box.cfg{ listen = '${lab.address('n1')}:${this.#port}', wal_mode = '${this.#walMode}', memtx_memory = 64 * 1024 * 1024 }
      box.schema.user.create('${user.user}', { password = '${user.password}', if_not_exists = true })
      box.schema.user.grant('${user.user}', 'super', nil, nil, { if_not_exists = true })
      for name, types in pairs({ set = {'unsigned'}, register = {'string', 'integer'}, counter = {'unsigned', 'integer'}, bank = {'string', 'integer'} }) do
        local format = {}
        for i, kind in ipairs(types) do format[i] = { name = 'f' .. i, type = kind } end
        box.schema.space.create('faults_' .. name, { id = name == 'set' and ${setSpace} or nil, if_not_exists = true, format = format }):create_index('primary', { if_not_exists = true })
      end
      if box.cfg.wal_mode == 'none' then box.snapshot() end
      prepared = true`);
    await this.restart();
    await this.settled();
  }

  resolve(): Promise<string> {
    return Promise.resolve('n1');
  }

  async clientOptions(from: string): Promise<TargetOptions> {
    return { endpoints: [await this.#lab.link(from, 'n1', this.#port)], timeoutMs: 300 };
  }

  serverAddress(node: string): string {
    return `${this.#lab.address(node)}:${this.#port}`;
  }

  program(): LabProcess | null {
    return this.#process;
  }

  restart(): Promise<void> {
    if (!this.#process?.running) this.#process = this.#lab.run('n1', { program: 'tarantool', args: ['main.lua'], cwd: this.#folder, log: join(this.#folder, 'log') });
    return Promise.resolve();
  }

  async settled(): Promise<void> {
    const address = await this.#lab.link(outside, 'n1', this.#port);
    await waitFor(async () => {
      const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, address, credentials: user, connectTimeoutMs: 2_000 });
      return await connection.eval("return box.info.ro == false and rawget(_G, 'prepared') == true").then(([writable]) => writable === true).finally(() => connection.close());
    }, { timeoutMs: healthyMs, what: 'Tarantool to take writes' });
  }

  writable(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  failovers(): Promise<number> {
    return Promise.resolve(0);
  }
}
