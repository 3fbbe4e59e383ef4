/**
 * The link over which a source hands buckets over, so that a test can stop it at any message: what the source asks for is
 * read from the bytes, as is which answer comes next.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export const kinds = ['receive', 'rows', 'prepare', 'begin', 'drop', 'look'] as const;
export type Kind = (typeof kinds)[number];
/** Before the request goes, or before its answer comes back. */
export type Point = { readonly kind: Kind; readonly when: 'request' | 'answer' };

type Held = { readonly point: Point; readonly reached: () => void; readonly goOn: Promise<'pass' | 'lose'> };

/** The first of these that a message asks for. */
const kindIn = (chunk: Buffer): Kind | null => kinds.find((kind) => chunk.includes(Buffer.from([0xa4, ...Buffer.from('kind'), 0xa0 + kind.length, ...Buffer.from(kind)]))) ?? null;

export class StepLink {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => this.#accept(near));
  #target = { host: '127.0.0.1', port: 0 };
  #held: Held | null = null;

  async start(target: string): Promise<this> {
    this.aim(target);
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Where new connections go. */
  aim(target: string): void {
    const [host, port] = target.split(':') as [string, string];
    this.#target = { host, port: Number(port) };
  }

  /** The next message of that kind waits until `goOn`; with 'lose' it and all after it in its connection are lost. */
  hold(point: Point): { readonly reached: Promise<void>; readonly goOn: (how: 'pass' | 'lose') => void } {
    let reached!: () => void;
    let goOn!: (how: 'pass' | 'lose') => void;
    const isReached = new Promise<void>((resolve) => (reached = resolve));
    this.#held = { point, reached, goOn: new Promise((resolve) => (goOn = resolve)) };
    return { reached: isReached, goOn };
  }

  /** Connections end, and new ones go through. */
  heal(): void {
    this.#held = null;
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(near: Socket): void {
    const far = connect(this.#target);
    let asked: Kind | null = null;
    let lost = false;
    for (const [from, to, when] of [[near, far, 'request'], [far, near, 'answer']] as const) {
      let turn: Promise<void> = Promise.resolve();
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        if (when === 'request') asked = kindIn(chunk) ?? asked;
        const kind = when === 'request' ? kindIn(chunk) : asked;
        turn = turn.then(async () => {
          const held = this.#held;
          if (held && kind === held.point.kind && when === held.point.when) {
            held.reached();
            if ((await held.goOn) === 'lose') lost = true;
            if (this.#held === held) this.#held = null;
          }
          if (!lost) to.write(chunk);
        });
      });
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
