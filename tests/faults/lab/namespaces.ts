/**
 * Nodes as network namespaces, each with a link to a hub that forwards between them. Faults are rules in the hub, so
 * they hold for every protocol, and nobody on a node can tell them from a broken cable.
 *
 * Names carry the process that made them: what a killed one left is swept when the next lab opens.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { monotonicMs } from '../history/clock.ts';
import { outside, type Lab, type LinkFault } from './lab.ts';
import { LateDevice, lateDevice, lateMark } from './late.ts';
import { PacketFilter } from './packet-filter.ts';
import { LabProcess, type Command } from './process.ts';

const nodesMax = 50;
const nameOf = /^fl(\d+)-(\d+)-\w+$/;
const folder = '/run/netns';
const enter = (name: string) => (program: string, args: readonly string[]) => ['nsenter', [`--net=${folder}/${name}`, 'setpriv', '--pdeathsig', 'KILL', program, ...args]] as const;

/** Why there can be no such lab here, or null. */
export function namespacesRefused(): string | null {
  if (process.getuid?.() !== 0) return 'not root';
  for (const [program, ...args] of [['ip', '-V'], ['nft', '-v'], ['sysctl', '-V'], ['nsenter', '-V'], ['setpriv', '-V']] as const) {
    if (spawnSync(program, args).status !== 0) return `${program} is missing`;
  }
  const probe = `fl${process.pid}-0-probe`;
  const made = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', probe]);
  return made.status === 0 ? null : made.stderr.trim();
}

let labs = 0;

export class NamespaceLab implements Lab {
  readonly kind = 'namespaces';
  readonly nodes: readonly string[];
  readonly #prefix: string;
  readonly #subnet: string;
  readonly #filter: PacketFilter;
  readonly #processes: { readonly node: string; readonly process: LabProcess }[] = [];
  #late: LateDevice | null = null;
  #port = 10_000;

  static open(nodes: readonly string[]): NamespaceLab {
    if (nodes.length > nodesMax) throw new Error(`${nodes.length} nodes, the limit is ${nodesMax}`);
    sweep();
    labs += 1;
    return new NamespaceLab(nodes, `fl${process.pid}-${labs}`);
  }

  private constructor(nodes: readonly string[], prefix: string) {
    this.nodes = nodes;
    this.#prefix = prefix;
    const short = `f${process.pid.toString(36)}${labs.toString(36)}`;
    const hub = `${prefix}-hub`;
    try {
      this.#subnet = freeSubnet();
      // One program for all: each would take as long to start as to do it.
      ip([`netns add ${hub}`, ...nodes.map((node) => `netns add ${prefix}-${node}`)]);
      ip([
        `link add ${short}o type veth peer name outside netns ${hub}`,
        `addr add ${this.#subnet}.1/32 dev ${short}o`,
        `link set ${short}o up`,
        `route add ${this.#subnet}.0/24 dev ${short}o src ${this.#subnet}.1`,
        ...nodes.map((node, index) => `link add h${index} netns ${hub} type veth peer name eth0 netns ${prefix}-${node}`),
      ]);
      ip(['link set lo up', 'link set outside up', `route add ${this.#subnet}.1 dev outside`, ...nodes.flatMap((node, index) => [`link set h${index} up`, `route add ${this.address(node)} dev h${index}`])], hub);
      for (const node of nodes) ip(['link set lo up', `addr add ${this.address(node)}/32 dev eth0`, 'link set eth0 up', 'route add default dev eth0'], `${prefix}-${node}`);
      // The hub answers for everybody, and at once.
      const settings = ['ip_forward=1', 'conf.all.rp_filter=0', 'conf.default.rp_filter=0', 'conf.all.proxy_arp=1', ...['outside', ...nodes.map((_, index) => `h${index}`)].flatMap((device) => [`conf.${device}.proxy_arp=1`, `neigh.${device}.proxy_delay=0`])];
      must('nsenter', [`--net=${folder}/${hub}`, 'sysctl', '-q', '-w', ...settings.map((setting) => `net.ipv4.${setting}`)]);
      this.#filter = new PacketFilter(enter(hub));
    } catch (error) {
      remove(prefix);
      const refused = namespacesRefused();
      throw refused === null ? error : new Error(`a lab of network namespaces cannot be made: ${refused}. It takes root, iproute2, nftables, procps and util-linux.`, { cause: error });
    }
  }

  address(node: string): string {
    return node === outside ? `${this.#subnet}.1` : `${this.#subnet}.${this.#index(node) + 10}`;
  }

  /** Nodes share nothing, so any that was not given before. */
  port(): Promise<number> {
    this.#port += 1;
    return Promise.resolve(this.#port);
  }

  link(_from: string, to: string, port: number): Promise<{ host: string; port: number }> {
    return Promise.resolve({ host: this.address(to), port });
  }

  door(node: string, port: number): Promise<{ host: string; port: number }> {
    return this.link(outside, node, port);
  }

  async faults(faults: readonly LinkFault[]): Promise<{ tookMs: number }> {
    const begun = monotonicMs();
    const late = faults.filter(({ kind }) => kind === 'delay');
    const hub = `${this.#prefix}-hub`;
    if (late.length > 0) this.#late ??= new LateDevice({ enter: enter(hub), ip: (commands) => ip(commands, hub) });
    await this.#late?.set(late.map(({ from, to, ms = 0, jitterMs = 0 }) => ({ from: this.address(from), to: this.address(to), ms, jitterMs })));
    await this.#filter.set({ links: faults.flatMap((fault) => this.#rule(fault) ?? []), late: late.map((fault) => `${this.#match(fault)} meta mark set ${lateMark}`) });
    return { tookMs: monotonicMs() - begun };
  }

  run(node: string, command: Command): LabProcess {
    this.#index(node);
    const started = new LabProcess(command, enter(`${this.#prefix}-${node}`));
    this.#processes.push({ node, process: started });
    return started;
  }

  signal(node: string, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#index(node);
    signalAll(`${this.#prefix}-${node}`, signal);
    // One that was started a moment ago may not have entered its node yet.
    for (const one of this.#processes) if (one.node === node) one.process.signal(signal);
  }

  async close(): Promise<void> {
    this.#filter.close();
    this.#late?.close();
    remove(this.#prefix);
    await Promise.all(this.#processes.map(({ process }) => process.exited));
  }

  #index(node: string): number {
    const index = this.nodes.indexOf(node);
    if (index === -1) throw new Error(`there is no node ${node}`);
    return index;
  }

  /** As it comes from the node, and not again when it was late. */
  #match({ from, to }: LinkFault): string {
    return `iifname != "${lateDevice}" ip saddr ${this.address(from)} ip daddr ${this.address(to)}`;
  }

  #rule(fault: LinkFault): string | null {
    const match = this.#match(fault);
    switch (fault.kind) {
      case 'drop':
        return `${match} drop`;
      case 'reset':
        return `${match} meta l4proto tcp reject with tcp reset`;
      case 'loss':
        return `${match} numgen random mod 1000 < ${Math.round((fault.share ?? 0) * 1_000)} drop`;
      case 'delay':
        return null;
    }
  }
}

/** What labs left whose process is gone; their programs, too. */
export function sweep(): string[] {
  const left = new Set(names().flatMap((name) => {
    const [, pid, lab] = nameOf.exec(name) ?? [];
    return pid === undefined || isAlive(Number(pid)) ? [] : [`fl${pid}-${lab}`];
  }));
  for (const prefix of left) remove(prefix);
  return [...left];
}

/** Ends the programs, and the names; a namespace is gone with its last program, and its links with it. */
function remove(prefix: string): void {
  for (const name of names().filter((one) => one.startsWith(`${prefix}-`))) {
    signalAll(name, 'SIGKILL');
    spawnSync('ip', ['netns', 'del', name]);
  }
}

function signalAll(name: string, signal: NodeJS.Signals): void {
  for (const pid of pidsIn(name)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself.
    }
  }
}

/** As `ip netns pids` finds them, which on a busy machine takes seconds to begin: what is paused is to stand still at once. */
function pidsIn(name: string): number[] {
  const own = inodeOf(`${folder}/${name}`);
  if (own === null) return [];
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && inodeOf(`/proc/${entry}/ns/net`) === own).map(Number);
}

/** Null: it is not there, or not any more. */
function inodeOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev} ${ino}`;
  } catch {
    return null;
  }
}

function names(): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** One that no address or route of this host has. */
function freeSubnet(): string {
  const taken = spawnSync('ip', ['-4', 'route', 'show', 'table', 'all'], { encoding: 'utf8' }).stdout;
  for (let tries = 0; tries < 254; tries += 1) {
    const subnet = `10.213.${((process.pid + labs + tries) % 254) + 1}`;
    if (!taken.includes(`${subnet}.`)) return subnet;
  }
  throw new Error('no subnet of 10.213.0.0/16 is free');
}

function ip(commands: readonly string[], namespace?: string): void {
  const inside = namespace === undefined ? [] : ['-n', namespace];
  must('ip', [...inside, '-batch', '-'], commands.join('\n'));
}

function must(program: string, args: readonly string[], input = ''): void {
  const ran = spawnSync(program, args, { input, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${ran.error?.message ?? ran.stderr}\n${input}`);
}
