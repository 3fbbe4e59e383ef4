import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { bodyOf } from '~/link/node-http.ts';
import { Fault } from './faults.ts';
import type { Fleet } from './fleet.ts';

/**
 * Where faults are ordered, on loopback and with a token: `POST /faults {"fault": {"kind": "hang"}, "instances": ["s001-1"]}`
 * (`instances` absent: all), `GET /instances` to see them.
 */

const Order = z.strictObject({ fault: Fault, instances: z.array(z.string()).max(2000).optional() });
const bodyBytesMax = 1_000_000;

export class Control {
  readonly #server: Server;

  constructor(
    readonly fleet: Fleet,
    readonly token: string,
  ) {
    this.#server = createServer((request, response) => {
      void this.#answer(request)
        .catch((error: unknown): [number, unknown] => [400, { error: error instanceof Error ? error.message : String(error) }])
        .then(([status, body]) => {
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(`${JSON.stringify(body)}\n`);
        });
    });
  }

  /** Resolves to its URL. */
  async start(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage): Promise<[number, unknown]> {
    if (!same(request.headers.authorization ?? '', `Bearer ${this.token}`)) return [401, { error: 'the token of control.json is needed: authorization: Bearer ...' }];
    switch (`${request.method} ${request.url}`) {
      case 'GET /instances':
        return [200, this.fleet.instances.map((instance) => ({ uuid: instance.uuid, alias: instance.alias, running: instance.running, answers: instance.answers, ...instance.life() }))];
      case 'POST /faults': {
        const { fault, instances } = Order.parse(JSON.parse((await bodyOf(request, bodyBytesMax)).toString('utf8')));
        const outcome = await this.fleet.suffer(fault, instances ?? null);
        return [outcome.unknown.length > 0 ? 404 : 200, outcome];
      }
      default:
        return [404, { error: 'GET /instances, POST /faults' }];
    }
  }
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
