import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real receiver of webhooks on loopback. It answers as it is told to, and keeps what it got. */

export type Received = { readonly at: number; readonly headers: IncomingHttpHeaders; readonly text: string; readonly body: any };

export class Receiver {
  readonly received: Received[] = [];
  status = 200;
  answer = 'thanks';
  headers: Record<string, string> = {};
  /** Takes the request and never answers. */
  hung = false;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        this.received.push({ at: Date.now(), headers: request.headers, text, body: JSON.parse(text) });
        if (!this.hung) response.writeHead(this.status, this.headers).end(this.answer);
      });
    });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks/t0ken?x=1`;
  }

  /** "raised unreachable of s1-b" of all messages, oldest first. */
  get told(): string[] {
    return this.received.flatMap(({ body }) => body.issues.map(({ change, code, object }: any) => `${change} ${code} of ${object.name}`));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** As docs/alerts.md tells a receiver to do it. */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-coterie-signature'])) ?? [];
  return seconds !== undefined && Math.abs(Date.now() / 1000 - Number(seconds)) < 300 && createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex') === hex;
}
