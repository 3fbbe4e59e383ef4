/**
 * A network namespace for one group: nobody else's datagrams are counted, and ports are free. Needs root; without it
 * the groups run on the common loopback and bytes are not measured.
 */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

export type Traffic = { readonly bytes: number; readonly packets: number };

/** What the loopback device adds to each packet. */
const ethernetBytes = 14;

export class Namespace {
  readonly #holder: ChildProcess | undefined;

  static open(): Namespace {
    const works = spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
    if (!works) return new Namespace(undefined);
    const holder = spawn('unshare', ['-n', 'sh', '-c', 'ip link set lo up && echo up && exec sleep 3600'], { stdio: ['ignore', 'pipe', 'ignore'] });
    return new Namespace(holder);
  }

  private constructor(holder: ChildProcess | undefined) {
    this.#holder = holder;
  }

  async ready(): Promise<void> {
    const holder = this.#holder;
    if (holder?.stdout) await new Promise((resolve) => holder.stdout?.once('data', resolve));
  }

  get isolated(): boolean {
    return this.#holder !== undefined;
  }

  /** The command as it is run inside. */
  wrap(command: string, args: readonly string[]): [string, string[]] {
    if (this.#holder === undefined) return [command, [...args]];
    return ['nsenter', [`--net=/proc/${this.#holder.pid}/ns/net`, command, ...args]];
  }

  /** IP packets that were sent inside so far. */
  traffic(): Traffic | undefined {
    if (this.#holder === undefined) return undefined;
    const line = readFileSync(`/proc/${this.#holder.pid}/net/dev`, 'utf8').split('\n').find((one) => one.trim().startsWith('lo:'));
    const fields = (line ?? '').split(':')[1]?.trim().split(/\s+/).map(Number) ?? [];
    const [bytes = 0, packets = 0] = fields;
    return { bytes: bytes - packets * ethernetBytes, packets };
  }

  /**
   * Whoever has this port is not heard any more and hears nothing: what comes in is dropped unsaid, as when a host is
   * lost. False where there is no packet filter.
   */
  silence(port: number): boolean {
    if (this.#holder === undefined) return false;
    const rules = ['add table inet silence', 'add chain inet silence input { type filter hook input priority 0; }'];
    for (const protocol of ['udp', 'tcp']) for (const side of ['sport', 'dport']) rules.push(`add rule inet silence input ${protocol} ${side} ${port} drop`);
    return spawnSync('nsenter', [`--net=/proc/${this.#holder.pid}/ns/net`, 'nft', '-f', '-'], { input: rules.join('\n') }).status === 0;
  }

  close(): void {
    this.#holder?.kill('SIGKILL');
  }
}
