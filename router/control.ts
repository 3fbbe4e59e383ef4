/**
 * How a router is told what to do and says how it goes: messages over Node's IPC channel where an agent started it, or
 * lines of JSON over a unix socket, for whoever starts it by hand.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { chmodSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseToRouter, type FromRouter, type ToRouter } from '~/link/router-protocol.ts';

export type Control = {
  readonly say: (message: FromRouter) => void;
  readonly close: () => void;
};

export type ControlEvents = {
  readonly onMessage: (message: ToRouter) => void;
  /** Whoever started it is gone. */
  readonly onGone: () => void;
};

/** A message that is none of ours is answered with why. */
function receive(value: unknown, events: ControlEvents, say: (message: FromRouter) => void): void {
  let message: ToRouter;
  try {
    message = parseToRouter(value);
  } catch (error) {
    return say({ kind: 'failed', message: (error as Error).message });
  }
  events.onMessage(message);
}

export function overIpc(events: ControlEvents): Control {
  // Whoever started it may be gone before it has seen so.
  const say = (message: FromRouter) => void (process.connected && process.send?.(message, () => {}));
  process.on('message', (value) => receive(value, events, say));
  process.on('disconnect', events.onGone);
  return { say, close: () => process.connected && process.disconnect() };
}

const listenersMax = 8;

/** Every line is a message; whoever is connected hears what the router says. */
export function overSocket(path: string, events: ControlEvents): Control {
  const sockets = new Set<Socket>();
  const say = (message: FromRouter) => {
    const line = `${JSON.stringify(message)}\n`;
    for (const socket of sockets) socket.write(line);
  };
  rmSync(path, { force: true });
  const server: Server = createServer((socket) => {
    if (sockets.size >= listenersMax) return void socket.destroy();
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    createInterface({ input: socket, crlfDelay: Infinity }).on('line', (line) => receive(parsed(line), events, say));
  });
  server.listen(path, () => chmodSync(path, 0o600));
  return {
    say,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroySoon();
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
