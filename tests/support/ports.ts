import { createServer } from 'node:net';

/**
 * Ports for what a test starts, on loopback. Files run beside each other, so each worker of vitest has a hundred of every
 * thousand to itself (those of a run beside another one from `COTERIE_PORTS_ROW` on); all are below those that the kernel gives to whoever connects. So nobody takes a port between its
 * choice and its use, nor while its program is down.
 */

const hundred = ((Number(process.env.VITEST_POOL_ID ?? 0) + Number(process.env.COTERIE_PORTS_ROW ?? 0)) % 10) * 100;
const single = { firstThousand: 24, thousands: 8 };
/** `npm run up --offset` takes three rows of ports: 3300, 7300 and 8300 above the offset. */
const rows = { firstThousand: 10, thousands: 9, at: [3300, 7300, 8300] };

const randomBelow = (end: number) => Math.floor(Math.random() * end);

let given = randomBelow(single.thousands * 100);

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listens) await new Promise((resolve) => server.close(resolve));
  return listens;
}

/** One after the other, from anywhere: the ports of a file are all different. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < single.thousands * 100; tries += 1) {
    given = (given + 1) % (single.thousands * 100);
    const port = (single.firstThousand + Math.floor(given / 100)) * 1000 + hundred + (given % 100);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

export const freeAddress = async (): Promise<string> => `127.0.0.1:${await freePort()}`;

/** For `npm run up`, with at most 60 instances; the port above `port` is this file's, too. */
export async function portsOfUp(): Promise<{ port: number; offset: number }> {
  for (;;) {
    const row = (rows.firstThousand + randomBelow(rows.thousands)) * 1000 + hundred;
    const [port, offset] = [row + 2000, row - rows.at[0]!];
    const free = await Promise.all([port, ...rows.at.flatMap((at) => [at + offset, at + offset + 1])].map(isFree));
    if (!free.includes(false)) return { port, offset };
  }
}
