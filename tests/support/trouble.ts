import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Troubles that a test brings upon one program while it runs: a module that it loads first (`env`) looks whether a file is there. */
export class Trouble {
  readonly env: Record<string, string>;
  readonly #sign: string;

  constructor(folder: string, kind: keyof typeof troubles) {
    const module = join(folder, `${kind}.mjs`);
    this.#sign = join(folder, `${kind}.on`);
    writeFileSync(module, `import { existsSync } from 'node:fs';\nconst isOn = () => existsSync(${JSON.stringify(this.#sign)});\n${troubles[kind]}`);
    this.env = { NODE_OPTIONS: `--import=${module}` };
  }

  begin(): void {
    writeFileSync(this.#sign, '');
  }

  end(): void {
    rmSync(this.#sign, { force: true });
  }
}

const troubles = {
  /** Its main thread stands still, while its gossip, which has a thread of its own, goes on. */
  hangs: `
    import { isMainThread } from 'node:worker_threads';
    const forAMoment = new Int32Array(new SharedArrayBuffer(4));
    if (isMainThread) setInterval(() => { while (isOn()) Atomics.wait(forAMoment, 0, 0, 50); }, 50).unref();
  `,
  /** Its threads end, each time that one is started: gossip has one. */
  threadsEnd: `
    import { isMainThread } from 'node:worker_threads';
    if (!isMainThread) setInterval(() => { if (isOn()) process.exit(1); }, 50).unref();
  `,
  /** No datagram comes or goes, as behind a firewall. */
  withoutUdp: `
    import { Socket } from 'node:dgram';
    const { send, emit } = Socket.prototype;
    Socket.prototype.send = function (...words) {
      if (!isOn()) return send.apply(this, words);
      const sent = words.at(-1);
      if (typeof sent === 'function') setImmediate(sent, null);
    };
    Socket.prototype.emit = function (name, ...words) {
      return name === 'message' && isOn() ? false : emit.call(this, name, ...words);
    };
  `,
} as const;
