import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Each simulated agent keeps a few members only, and all of them begin at once: a seed that comes later is greeted by
 * those that are still alone, and hears of the others one by one, over minutes. So they begin when it is there. A member
 * takes TCP on the port of its gossip, which tells.
 */
export async function listening(seeds: readonly string[], withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  while (seeds.length > 0 && performance.now() < until) {
    if ((await Promise.all(seeds.map(answers))).includes(true)) return;
    await wait(everyMs);
  }
}

const everyMs = 50;
const connectMs = 1000;

const answers = (seed: string): Promise<boolean> =>
  new Promise((resolve) => {
    const at = seed.lastIndexOf(':');
    const socket = connect({ host: seed.slice(0, at), port: Number(seed.slice(at + 1)) });
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(connectMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
