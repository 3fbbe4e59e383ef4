/** A Tarantool process with its own `swim` module, told what to do through its console on a unix socket. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Address } from '~/swim/index.ts';
import { asItIs, type Wrap } from './swim-process.ts';
import { waitFor } from './wait.ts';

const script = `
local folder, uuid, uri, rate = ...
json = require('json')
swim = require('swim')
s = swim.new({ uuid = uuid, uri = uri, heartbeat_rate = tonumber(rate), ack_timeout = tonumber(rate), gc_mode = 'off' })
bound = s:self():uri()
events = {}
s:on_member_event(function(member, event)
    local what = event:is_new() and 'new' or event:is_new_status() and member:status() or event:is_new_payload() and 'payload' or 'other'
    table.insert(events, { uuid = tostring(member:uuid()), what = what, at = require('clock').time() * 1000 })
end)
function status(uuid)
    local member = s:member_by_uuid(uuid)
    return member and member:status() or 'unknown'
end
require('console').listen(folder .. '/console.sock')
`;

export type TarantoolEvent = { readonly uuid: string; readonly what: string; readonly at: number };

type StartOptions = { readonly heartbeatSeconds: number; readonly port?: number; readonly wrap?: Wrap };

export class TarantoolSwim {
  readonly uuid: string;
  readonly process: ChildProcess;
  readonly #folder: string;
  readonly #console: Socket;
  #text = '';
  #busy: Promise<unknown> = Promise.resolve();

  static async start(uuid: string, { heartbeatSeconds, port = 0, wrap = asItIs }: StartOptions): Promise<TarantoolSwim> {
    const folder = mkdtempSync(path.join(tmpdir(), 'swim-tarantool-'));
    const program = path.join(folder, 'member.lua');
    writeFileSync(program, script);
    const [command, args] = wrap('tarantool', [program, folder, uuid, `127.0.0.1:${port}`, String(heartbeatSeconds)]);
    const child = spawn(command, args, { cwd: folder, stdio: 'ignore' });
    const socket = await waitFor(() => open(path.join(folder, 'console.sock')), { timeoutMs: 10_000, what: 'the console of Tarantool' });
    const member = new TarantoolSwim(uuid, { child, folder, socket });
    await waitFor(() => member.#text.includes('help'), { timeoutMs: 5_000, what: 'its greeting' });
    return member;
  }

  private constructor(uuid: string, { child, folder, socket }: { child: ChildProcess; folder: string; socket: Socket }) {
    this.uuid = uuid;
    this.process = child;
    this.#folder = folder;
    this.#console = socket;
    socket.on('data', (chunk) => (this.#text += chunk.toString()));
    socket.on('error', () => undefined);
  }

  /** What a Lua expression is; JSON can hold it. */
  evaluate<T>(expression: string): Promise<T> {
    const run = this.#busy.then(async () => {
      this.#text = '';
      this.#console.write(`json.encode({ ${expression} })\n`);
      const text = await waitFor(() => /^---\n([^]*)\n\.\.\.\n$/.exec(this.#text)?.[1], { timeoutMs: 10_000, what: `the value of ${expression}`, everyMs: 2 });
      const quoted = /^- '([^]*)'$/.exec(text.replaceAll('\n', '').replaceAll(/\s+/g, ' '))?.[1];
      if (quoted === undefined) throw new Error(`Tarantool says ${text}`);
      return (JSON.parse(quoted.replaceAll("''", "'")) as T[])[0] as T;
    });
    this.#busy = run.catch(() => undefined);
    return run;
  }

  async address(): Promise<Address> {
    const [host = '', port = ''] = (await this.evaluate<string>('bound')).split(':');
    return { host, port: Number(port) };
  }

  status(uuid: string): Promise<string> {
    return this.evaluate<string>(`status('${uuid}')`);
  }

  events(): Promise<TarantoolEvent[]> {
    return this.evaluate<TarantoolEvent[]>('events');
  }

  /** Afterwards its module answers nothing more. */
  async quit(): Promise<void> {
    await this.#busy;
    this.#console.write('s:quit()\n');
  }

  async close(): Promise<void> {
    this.#console.destroy();
    this.process.kill('SIGCONT');
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill('SIGKILL');
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function open(file: string): Promise<Socket | undefined> {
  const socket = connect(file);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}
