/** The Tarantool that is asked: one process in a directory of its own, with a space of 1000 tuples. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = `
box.cfg{listen = 'unix/:./main.sock', log = 'tarantool.log', feedback_enabled = false, wal_mode = 'none', net_msg_max = 4096, readahead = 1024 * 1024}
box.schema.user.grant('guest', 'super')
local t = box.schema.space.create('t', {id = 700})
t:create_index('pk')
for id = 1, 1000 do t:insert({id, 'name of ' .. id, id * 1.5, {a = id, b = 'two'}, true}) end
function echo(...) return ... end
io.open('ready', 'w'):close()
`;

/** Tarantool's own connector, for comparison: as many fibers as there are requests in flight. */
const netBox = `
local path, inFlight, seconds = arg[1], tonumber(arg[2]), tonumber(arg[3])
local c, clock, fiber = require('net.box').connect('unix/:' .. path), require('clock'), require('fiber')
local done, untilTime = 0, clock.monotonic() + seconds
local fibers = {}
for i = 1, inFlight do
  fibers[i] = fiber.new(function() while clock.monotonic() < untilTime do c:call('echo', {1}) done = done + 1 end end)
  fibers[i]:set_joinable(true)
end
for i = 1, inFlight do fibers[i]:join() end
print(done / seconds)
os.exit(0)
`;

export type Tarantool = {
  readonly path: string;
  /** Requests a second of `net.box` doing the same CALL. */
  readonly netBox: (inFlight: number, seconds: number) => Promise<number>;
  readonly stop: () => Promise<void>;
};

export async function startTarantool(): Promise<Tarantool> {
  const directory = mkdtempSync(join(tmpdir(), 'iproto-bench-'));
  writeFileSync(join(directory, 'init.lua'), script);
  writeFileSync(join(directory, 'netbox.lua'), netBox);
  const child = spawn('tarantool', ['init.lua'], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; !existsSync(join(directory, 'ready')); tries++) {
    if (tries > 500 || child.exitCode !== null) throw new Error('tarantool did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const path = join(directory, 'main.sock');
  return {
    path,
    netBox: (inFlight, seconds) => output('tarantool', [join(directory, 'netbox.lua'), path, String(inFlight), String(seconds)]).then(Number),
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function output(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += String(chunk)));
    child.on('error', reject);
    child.on('exit', () => resolve(text));
  });
}
