import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionDefaults, openConnection, parseAddress, systemClock, type Address, type Connection, type OpenOptions } from '~/iproto/index.ts';
import { endProcess } from '~/tests/support/stopped.ts';
import { waitFor } from '~/tests/support/wait.ts';

const script = `
local listen = ...
box.cfg{listen = listen, log = 'tarantool.log', feedback_enabled = false, wal_mode = 'none', memtx_memory = 128 * 1024 * 1024, net_msg_max = 768}
box.once('schema', function()
  box.schema.user.create('app', {password = 'secret'})
  box.schema.user.grant('app', 'super')
  box.schema.user.grant('guest', 'super')
  local t = box.schema.space.create('t', {id = 700, format = {{'id', 'unsigned'}, {'v', 'any', is_nullable = true}, {'n', 'any', is_nullable = true}}})
  t:create_index('pk')
  t:create_index('by_v', {parts = {{2, 'scalar', is_nullable = true}}, unique = false})
end)
fiber, uuid, decimal = require('fiber'), require('uuid'), require('decimal')
function echo(...) return ... end
function sleep(seconds) fiber.sleep(seconds) return 'slept' end
function pid() return require('tarantool').pid() end
local file = io.open('ready', 'w') file:write(listen:find('^unix') and listen or box.info.listen) file:close()
`;

/** A real Tarantool in a directory of its own. */
export class Tarantool {
  readonly path = mkdtempSync(join(tmpdir(), 'iproto-tt-'));
  readonly #listen: string;
  #child: ChildProcess | undefined;
  address: Address = { path: '' };

  /** `unix`, or `tcp` on a free port. */
  constructor(kind: 'unix' | 'tcp' = 'unix') {
    this.#listen = kind === 'unix' ? `unix/:${join(this.path, 'main.sock')}` : '127.0.0.1:0';
    writeFileSync(join(this.path, 'init.lua'), script);
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  async start(): Promise<void> {
    const ready = join(this.path, 'ready');
    rmSync(ready, { force: true });
    const child = spawn('tarantool', ['init.lua', this.#listen], { cwd: this.path, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    let errors = '';
    child.stderr!.on('data', (chunk) => (errors += chunk));
    await waitFor(() => {
      if (child.exitCode !== null) throw new Error(`tarantool ended with ${child.exitCode}: ${errors}`);
      return existsSync(ready) && readFileSync(ready, 'utf8').length > 0;
    }, { timeoutMs: 30_000, what: 'tarantool to start' });
    this.address = parseAddress(readFileSync(ready, 'utf8'));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends it and waits until it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    child.kill('SIGCONT');
    await endProcess(child, signal);
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.path, { recursive: true, force: true });
  }

  open(more: Partial<OpenOptions> = {}): Promise<Connection> {
    return openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 5_000, address: this.address, ...more });
  }
}
