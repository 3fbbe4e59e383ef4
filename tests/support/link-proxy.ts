/** A TCP link that can be cut, in both directions or in one: what is sent then is lost, and nobody is told. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** `there` is towards the target. */
type Direction = 'there' | 'back';
/** How long the next bytes are late, in ms. */
type Delay = () => number;

const whole = { there: false, back: false };

export class LinkProxy {
  readonly #target: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => this.accept(near));
  #cut: Readonly<Record<Direction, boolean>> = whole;
  #delay: Readonly<Record<Direction, Delay | null>> = { there: null, back: null };
  #refuses = false;

  constructor(target: { readonly host: string; readonly port: number } | { readonly path: string }) {
    this.#target = target;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  cut(directions: Readonly<Record<Direction, boolean>> = { there: true, back: true }): void {
    this.#cut = directions;
  }

  /** What went through it before cannot go on: bytes are missing. */
  heal(): void {
    if (!this.#cut.there && !this.#cut.back) return;
    this.#cut = whole;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** While it refuses, every connection ends by a reset, old ones and new ones. */
  refuse(refuses: boolean): void {
    this.#refuses = refuses;
    if (refuses) for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  delay(directions: Readonly<Record<Direction, Delay | null>>): void {
    this.#delay = directions;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** One that came in elsewhere, and has not been read from. */
  accept(near: Socket): void {
    if (this.#refuses) return void near.resetAndDestroy();
    const far = connect(this.#target);
    near.setNoDelay(true);
    far.setNoDelay(true);
    for (const [from, to, direction] of [[near, far, 'there'], [far, near, 'back']] as const) {
      let late: Promise<void> | null = null;
      this.#sockets.add(from);
      from.on('data', (chunk) => {
        if (this.#cut[direction]) return;
        const delayMs = this.#delay[direction]?.() ?? 0;
        if (late === null && delayMs === 0) return void to.write(chunk);
        // In order: what comes after late bytes waits for them.
        const after: Promise<void> = (late ?? Promise.resolve()).then(async () => {
          if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
          if (!this.#cut[direction]) to.write(chunk);
          if (late === after) late = null;
        });
        late = after;
      });
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        if (!this.#cut.there && !this.#cut.back) to.destroy();
      });
    }
  }
}
