/**
 * Nodes as programs on loopback, for where there are no network namespaces: each link from a node to a port of another
 * one is a proxy of this process. Faults hold for what goes over `link` and `door`; programs that find each other
 * otherwise are not cut. Loss of a stream's packet is a late delivery, as TCP makes it one; datagrams are lost.
 */
import type { Socket } from 'node:net';
import { freePort } from '~/tests/support/ports.ts';
import { LinkProxy } from '~/tests/support/link-proxy.ts';
import { monotonicMs } from '../history/clock.ts';
import { Door, type DoorOptions, type Passage } from './doors.ts';
import { outside, type Lab, type LinkFault } from './lab.ts';
import { Marked, ownerOf, signalQuietly } from './marked.ts';
import { LabProcess, type Command } from './process.ts';

type Link = { readonly from: string; readonly to: string; readonly proxy: LinkProxy };

/** What TCP waits before it sends again what was lost. */
const resendMs = 200;
const lookPauseMs = 20;

export class ProxyLab implements Lab {
  readonly kind = 'proxies';
  readonly nodes: readonly string[];
  readonly #random: () => number;
  readonly #marked = new Marked();
  readonly #links = new Map<string, Promise<Link>>();
  readonly #doors: Door[] = [];
  readonly #processes: LabProcess[] = [];
  #faults: readonly LinkFault[] = [];
  #closed = false;
  /** As they were when somebody unknown came last. */
  #pids = new Map<number, string>();
  #looking: Promise<void> | null = null;

  constructor(nodes: readonly string[], random: () => number = Math.random) {
    this.nodes = nodes;
    this.#random = random;
  }

  address(_node: string): string {
    return '127.0.0.1';
  }

  port(): Promise<number> {
    return freePort();
  }

  async link(from: string, to: string, port: number): Promise<{ host: string; port: number }> {
    if (from === to || from === outside) return { host: '127.0.0.1', port };
    const { proxy } = await this.#link(from, to, port);
    return { host: '127.0.0.1', port: proxy.port };
  }

  async door(node: string, port: number, { udp = false }: { readonly udp?: boolean } = {}): Promise<{ host: string; port: number }> {
    const doorPort = await freePort();
    const door = new Door({
      pass: (socket, options) => void this.#pass(socket, options),
      senderOf: (from) => this.#doors.find((one) => one.port === from) ?? null,
      passage: (from, to) => this.#passage(from, to),
    }, { node, port, doorPort, udp });
    this.#doors.push(await door.open());
    return { host: '127.0.0.1', port: doorPort };
  }

  async faults(faults: readonly LinkFault[]): Promise<{ tookMs: number }> {
    const begun = monotonicMs();
    this.#faults = faults;
    for (const link of await Promise.all(this.#links.values())) this.#apply(link);
    return { tookMs: monotonicMs() - begun };
  }

  run(node: string, command: Command): LabProcess {
    const started = new LabProcess({ ...command, env: { ...command.env, ...this.#marked.environment(node, command.cwd) } }, (program, args) => [program, args]);
    this.#processes.push(started);
    return started;
  }

  signal(node: string, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    for (const [pid, at] of this.#marked.pids()) if (at === node) signalQuietly(pid, signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const pid of this.#marked.pids().keys()) signalQuietly(pid, 'SIGKILL');
    await Promise.all(this.#processes.map(({ exited }) => exited));
    await Promise.all((await Promise.all(this.#links.values())).map(({ proxy }) => proxy.stop()));
    await Promise.all(this.#doors.map((door) => door.close()));
    this.#marked.close();
  }

  async #link(from: string, to: string, port: number): Promise<Link> {
    const key = `${from} ${to} ${port}`;
    let link = this.#links.get(key);
    if (!link) {
      link = new LinkProxy({ host: '127.0.0.1', port }).start().then((proxy) => ({ from, to, proxy }));
      this.#links.set(key, link);
    }
    const made = await link;
    this.#apply(made);
    return made;
  }

  /** Whoever is on no node is outside of the lab, and has a link that nothing is ever done to. */
  async #pass(socket: Socket, { node, port }: DoorOptions): Promise<void> {
    socket.on('error', () => {});
    const { proxy } = await this.#link(await this.#holderOf(socket.remotePort ?? 0), node, port);
    if (socket.destroyed) return;
    proxy.accept(socket);
    socket.resume();
  }

  async #holderOf(port: number): Promise<string> {
    const known = ownerOf(port, this.#pids.keys());
    if (known !== null) return this.#pids.get(known)!;
    await this.#lookAgain();
    return this.#pids.get(ownerOf(port, this.#pids.keys()) ?? 0) ?? outside;
  }

  /** All processes of the host are looked at: not for each connection when many come at once. */
  #lookAgain(): Promise<void> {
    this.#looking ??= new Promise((resolve) => {
      setTimeout(() => {
        this.#looking = null;
        this.#pids = this.#marked.pids();
        resolve();
      }, lookPauseMs);
    });
    return this.#looking;
  }

  #passage(from: string, to: string): Passage {
    const faults = this.#faults.filter((fault) => fault.from === from && fault.to === to);
    if (faults.some(({ kind, share = 0 }) => kind === 'drop' || (kind === 'loss' && this.#random() < share))) return null;
    return Math.max(0, ...faults.map((fault) => this.#lateMs(fault)));
  }

  #lateMs({ kind, ms = 0, jitterMs = 0 }: LinkFault): number {
    return kind === 'delay' ? ms + this.#random() * jitterMs : 0;
  }

  #apply({ from, to, proxy }: Link): void {
    const there = this.#faults.filter((fault) => fault.from === from && fault.to === to);
    const back = this.#faults.filter((fault) => fault.from === to && fault.to === from);
    const drops = (faults: readonly LinkFault[]) => faults.some(({ kind }) => kind === 'drop');
    proxy.refuse([...there, ...back].some(({ kind }) => kind === 'reset'));
    const delay = (faults: readonly LinkFault[]) => {
      const slow = faults.filter(({ kind }) => kind === 'loss' || kind === 'delay');
      if (slow.length === 0) return null;
      return () => Math.max(...slow.map((fault) => (fault.kind === 'loss' && this.#random() < (fault.share ?? 0) ? resendMs : this.#lateMs(fault))));
    };
    proxy.delay({ there: delay(there), back: delay(back) });
    const cut = { there: drops(there), back: drops(back) };
    if (cut.there || cut.back) proxy.cut(cut);
    else proxy.heal();
  }
}
