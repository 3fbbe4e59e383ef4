/** Does the faults of a scenario at their times, and undoes every one of them, also when it is interrupted by an error. */
import type { Stopped } from '../checkers/writable.ts';
import { monotonicMs } from '../history/clock.ts';
import type { Lab } from '../lab/lab.ts';
import { linksOf, resolved, whoOf, type Fault } from './format.ts';
import type { Killed, System } from './system.ts';
import type { Happened } from './timeline.ts';

/** `ends`: of what was killed. `stoppedFrom`: since then its server stands still; null: it does not, or not any more. */
type Holding = { readonly fault: Fault; readonly begun: number; readonly beginTookMs: number; readonly ends: readonly Promise<unknown>[]; readonly stoppedFrom: number | null };

/** Whoever does not end in good order by then, as it is paused, is killed: so do those that run services. */
const stopMs = 5_000;
/** To send a signal takes less. */
const heldUpMs = 2;
/** What was killed has ended by then, on a busy machine too. */
const endMs = 60_000;

export class Nemesis {
  readonly happened: Happened[] = [];
  /** Nodes and programs that carried out nothing, by the node's name. */
  readonly stopped: Stopped[] = [];
  /** Whose server was killed when. */
  readonly killed: Killed[] = [];
  readonly #lab: Lab;
  readonly #system: System;
  readonly #holding = new Map<number, Holding>();

  constructor({ lab, system }: { readonly lab: Lab; readonly system: System }) {
    this.#lab = lab;
    this.#system = system;
  }

  /** One after the other, none before its time; resolves after `durationMs`, with everything whole. */
  async run(faults: readonly Fault[], { zero, durationMs }: { readonly zero: number; readonly durationMs: number }): Promise<void> {
    const events = faults
      .flatMap((fault, index) => [{ at: fault.beginMs, index, begins: true }, { at: fault.endMs, index, begins: false }])
      .toSorted((a, b) => a.at - b.at);
    try {
      for (const { at, index, begins } of events) {
        await until(zero + at);
        if (begins) await this.#begin(index, faults[index]!);
        else await this.#end(index);
      }
      await until(zero + durationMs);
    } finally {
      for (const index of this.#holding.keys()) await this.#end(index);
    }
  }

  async #begin(index: number, fault: Fault): Promise<void> {
    const names = new Map<string, string>();
    for (const who of whoOf(fault)) if (this.#system.roles.includes(who)) names.set(who, await this.#system.resolve(who));
    const named = resolved(fault, (who) => names.get(who) ?? who);
    const begun = monotonicMs();
    const ends = this.#endsOf(named);
    this.#holding.set(index, { fault: named, begun, beginTookMs: 0, ends, stoppedFrom: null });
    this.#strike(named);
    const struck = monotonicMs();
    await this.#links(named);
    this.#holding.set(index, { fault: named, begun, beginTookMs: monotonicMs() - begun, ends, stoppedFrom: named.kind === 'pause' && this.#hits(named.program) ? struck : null });
  }

  #endsOf(fault: Fault): Promise<unknown>[] {
    const { leader = this.#system.server, programs } = this.#system;
    if (fault.kind !== 'kill' && fault.kind !== 'blackout' && fault.kind !== 'stop') return [];
    const nodes = fault.kind === 'blackout' ? this.#system.nodes : [fault.node];
    const names = fault.kind === 'stop' ? [leader] : fault.kind === 'kill' && fault.program !== 'all' ? [fault.program] : programs;
    return nodes.flatMap((node) => names.flatMap((name) => this.#system.program(node, name)?.exited ?? []));
  }

  #hits(program: string): boolean {
    return program === 'all' || program === this.#system.server;
  }

  /** What is killed stands still no more: it may be started again at any time. */
  #gone(node: string, at: number): void {
    this.killed.push({ instance: node, at });
    for (const [index, { fault, stoppedFrom, ...holding }] of this.#holding) {
      if (fault.kind !== 'pause' || fault.node !== node || stoppedFrom === null) continue;
      this.stopped.push({ instance: node, from: stoppedFrom, to: at });
      this.#holding.set(index, { fault, ...holding, stoppedFrom: null });
    }
  }

  /** Nobody is woken by the end of one of two pauses. */
  #wake(node: string): void {
    const paused = [...this.#holding.values()].some(({ fault }) => fault.kind === 'pause' && fault.node === node);
    if (!paused) this.#lab.signal(node, 'SIGCONT');
  }

  #strike(fault: Fault): void {
    switch (fault.kind) {
      case 'kill': {
        const before = monotonicMs();
        this.#signal(fault, 'SIGKILL');
        if (this.#hits(fault.program)) this.#gone(fault.node, killedAt(before));
        return;
      }
      case 'pause':
        return this.#signal(fault, 'SIGSTOP');
      case 'blackout':
        for (const node of this.#system.nodes) this.#lab.signal(node, 'SIGKILL');
        return this.#system.nodes.forEach((node) => this.#gone(node, monotonicMs()));
      case 'full':
        return this.#system.disk?.(fault.node, 'full');
      case 'stop':
        return this.#system.program(fault.node, this.#system.leader ?? this.#system.server)?.signal('SIGTERM');
      case 'apply':
        return void this.#system.reconfigure?.().catch(() => {});
      case 'drain':
        return void this.#system.drain?.(fault.node).catch(() => {});
      case 'switch':
        // It goes on beside the faults that come meanwhile; whatever is said to it, the checks tell.
        return void this.#system.switchTo?.(fault.node).catch(() => {});
      case 'cut':
      case 'isolate':
      case 'split':
      case 'loss':
      case 'delay':
      case 'reset':
    }
  }

  async #end(index: number): Promise<void> {
    const { fault, begun, beginTookMs, ends, stoppedFrom } = this.#holding.get(index)!;
    this.#holding.delete(index);
    const ended = monotonicMs();
    if (fault.kind === 'pause') {
      if (stoppedFrom !== null) this.stopped.push({ instance: fault.node, from: stoppedFrom, to: ended });
      this.#wake(fault.node);
    }
    await this.#links(fault);
    if (fault.kind === 'full') this.#system.disk?.(fault.node, 'free');
    if (fault.kind === 'stop' && !(await within(Promise.all(ends), stopMs))) this.#system.program(fault.node, this.#system.leader ?? this.#system.server)?.signal('SIGKILL');
    if (!(await within(Promise.all(ends), endMs))) throw new Error(`what the fault ${fault.kind}${'node' in fault ? ` on ${fault.node}` : ''} ended has not ended`);
    if (fault.kind === 'kill' || fault.kind === 'stop') await this.#system.restart(fault.node);
    if (fault.kind === 'blackout') await Promise.all(this.#system.nodes.map((node) => this.#system.restart(node)));
    this.happened.push({ fault, begun, ended, beginTookMs, endTookMs: monotonicMs() - ended });
  }

  #signal({ node, program }: { readonly node: string; readonly program: string }, signal: 'SIGKILL' | 'SIGSTOP'): void {
    if (program === 'all') this.#lab.signal(node, signal);
    else this.#system.program(node, program)?.signal(signal);
  }

  async #links(changed: Fault): Promise<void> {
    if (linksOf(changed, this.#lab.nodes).length === 0) return;
    await this.#lab.faults([...this.#holding.values()].flatMap(({ fault }) => linksOf(fault, this.#lab.nodes)));
  }
}

/** Between the signal and here the machine may have run others for a while: somebody else may lead rightly by now. */
function killedAt(before: number): number {
  const after = monotonicMs();
  return after - before > heldUpMs ? before : after;
}

async function within(done: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  return await Promise.race([done.then(() => true), late]).finally(() => clearTimeout(timer));
}

async function until(moment: number): Promise<void> {
  const leftMs = moment - monotonicMs();
  if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
}
