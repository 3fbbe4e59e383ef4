/**
 * `npm run bench iproto [-- --seconds N]`: requests a second of one connection to a real Tarantool over a unix socket,
 * decoded and passed through, directly and through our own server, with Tarantool's `net.box` beside it.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import {
  connectionDefaults, encode, IprotoServer, openConnection, Raw, requests, serverDefaults, systemClock, type Connection, type Request, type Response,
} from '~/iproto/index.ts';
import { codecRows } from './codec.ts';
import { startTarantool, type Tarantool } from './tarantool.ts';

type Row = { readonly what: string; readonly figures: readonly number[] };

const inFlights = [1, 64, 512] as const;
const space = 700;

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { seconds: { type: 'string', default: '2' } } });
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= 60)) throw new Error('--seconds: more than 0, at most 60');
  const tarantool = await startTarantool();
  try {
    const report = await measure(tarantool, seconds);
    console.log(report);
    mkdirSync('bench/results', { recursive: true });
    writeFileSync('bench/results/iproto.md', report);
  } finally {
    await tarantool.stop();
  }
}

async function measure(tarantool: Tarantool, seconds: number): Promise<string> {
  const connection = await open(tarantool.path);
  const server = await startRouter(connection, `${tarantool.path}.router`);
  const routed = await open(`${tarantool.path}.router`);
  const rows: Row[] = [];
  const add = async (what: string, ask: () => Promise<unknown>) => {
    const figures: number[] = [];
    for (const inFlight of inFlights) figures.push(await rate(ask, inFlight, seconds));
    rows.push({ what, figures });
  };
  const call = encode(new Map<number, string | readonly number[]>([[0x22, 'echo'], [0x21, [1]]]));
  await add('PING', () => connection.ping());
  await add('CALL, decoded', () => connection.call('echo', [1]));
  await add('CALL, pass-through', () => passed(connection, requests.raw(0x0a, call)));
  await add('CALL, pass-through, through our server in this process', () => passed(routed, requests.raw(0x0a, call)));
  await add('SELECT of 1 tuple, decoded', () => connection.select(space, [500], { limit: 1 }));
  await add('SELECT of 1 tuple, pass-through', () => passed(connection, requests.select(space, [500], { limit: 1 })));
  await add('SELECT of 100 tuples, decoded', () => connection.select(space, [500], { iterator: 'ge', limit: 100 }));
  await add('SELECT of 100 tuples, pass-through', () => passed(connection, requests.select(space, [500], { iterator: 'ge', limit: 100 })));
  const netBox: number[] = [];
  for (const inFlight of inFlights) netBox.push(await tarantool.netBox(inFlight, seconds));
  rows.push({ what: "CALL by Tarantool's net.box (its own process)", figures: netBox });
  const sample = await connection.request(requests.select(space, [500], { iterator: 'ge', limit: 100 }));
  const body = Buffer.from(sample.body);
  connection.close();
  routed.close();
  await server.stop();
  return page(rows, codecRows(body), seconds);
}

/** The pass-through as a router uses it: by callback, nothing decoded. */
function passed(connection: Connection, request: Request): Promise<Response> {
  return new Promise((resolve, reject) => {
    connection.submit(request, (error, response) => (response ? resolve(response) : reject(error)));
  });
}

/** Requests a second with so many in flight: each is followed by the next as soon as it is answered. */
async function rate(ask: () => Promise<unknown>, inFlight: number, seconds: number): Promise<number> {
  const lane = async (endAt: number): Promise<number> => {
    let done = 0;
    for (; performance.now() < endAt; done++) await ask();
    return done;
  };
  const lanes = (forMs: number) => Promise.all(Array.from({ length: inFlight }, () => lane(performance.now() + forMs)));
  await lanes(300);
  const startedAt = performance.now();
  const counts = await lanes(seconds * 1000);
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - startedAt) / 1000);
}

function open(path: string): Promise<Connection> {
  return openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 5_000, address: { path } });
}

async function startRouter(upstream: Connection, path: string): Promise<IprotoServer> {
  const server = new IprotoServer(
    {
      clock: systemClock,
      randomBytes,
      storedHashOf: () => undefined,
      handle: (request) => upstream.submit(
        { type: request.type, body: new Raw(request.body) },
        (error, response) => (response ? request.forward(response) : request.failWith(error!)),
      ),
    },
    { ...serverDefaults, guest: true, instanceUuid: '', listen: { path } },
  );
  await server.start();
  return server;
}

function page(rows: readonly Row[], codec: readonly string[], seconds: number): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const load = loadavg()[0]!.toFixed(1);
  return [
    '# iproto: requests a second',
    '',
    `One connection over a unix socket, Tarantool 2.6.0 and this process on ${cpus().length} cores, load ${load} at the end, ${seconds} s each, Node ${process.version}.`,
    '`npm run bench iproto`.',
    '',
    line(['in flight', ...inFlights.map(String)]),
    line(['---', ...inFlights.map(() => '---:')]),
    ...rows.map(({ what, figures }) => line([what, ...figures.map((figure) => Math.round(figure).toLocaleString('en'))])),
    '',
    '## Codec alone',
    '',
    ...codec,
    '',
  ].join('\n');
}
