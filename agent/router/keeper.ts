import { isDeepStrictEqual } from 'node:util';
import type { RouterStatus } from '~/contract/shapes/router.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { Restarts } from '~/agent/process/restarts.ts';
import type { FromRouter, Settings, Topology, Users } from '~/link/router-protocol.ts';
import { FiguresWindow } from './figures.ts';
import { RouterProcess } from './process.ts';

/**
 * Keeps one router going as it is wanted: starts it, tells it what is new, replaces it when its settings change, starts
 * it again when it dies. One that is to end finishes what is under way while the next one takes the port over.
 */
export type Wanted = { readonly settings: Settings; readonly topology: Topology; readonly users: Users };

export type RouterKeeperParts = {
  /** Of the agent. */
  readonly log: Logger;
  /** What the router itself says goes there. */
  readonly routerLog: () => Pick<Logger, 'info'>;
  readonly now: () => number;
  readonly onChange: () => void;
};

/** One that says nothing for so long hangs: it tells its figures each second. */
const silentMs = 15_000;
/** Beyond the time that it has for what is under way. */
const endMarginMs = 3000;

type Current = { readonly process: RouterProcess; readonly startedAt: number; saidAt: number; ready: boolean; failure: string | null; told: Wanted };

export class RouterKeeper {
  readonly restarts = new Restarts();
  readonly #parts: RouterKeeperParts;
  readonly #file: string;
  readonly #figures = new FiguresWindow();
  readonly #leaving = new Set<RouterProcess>();
  #wanted: Wanted | null = null;
  #current: Current | null = null;
  #timer: NodeJS.Timeout | null = null;
  #replaced = 0;

  constructor(parts: RouterKeeperParts, { file }: { readonly file: string }) {
    this.#parts = parts;
    this.#file = file;
  }

  /** Null: none. */
  want(wanted: Wanted | null): void {
    this.#wanted = wanted;
    const current = this.#current;
    if (wanted === null) {
      this.#cancel();
      if (current) this.#leave(current, 'it is not wanted any more');
      this.restarts.forgive();
      return;
    }
    if (current === null) {
      if (this.#timer === null) this.#start();
      return;
    }
    if (!isDeepStrictEqual(current.told.settings, wanted.settings)) return this.replace('its settings have changed');
    if (!isDeepStrictEqual(current.told.topology, wanted.topology)) current.process.tell({ kind: 'topology', topology: wanted.topology });
    if (!isDeepStrictEqual(current.told.users, wanted.users)) current.process.tell({ kind: 'users', users: wanted.users });
    current.told = wanted;
  }

  /** Another process in place of the one there is, at once also where it waits to be started again. */
  replace(why: string): void {
    if (this.#wanted === null) return;
    this.#cancel();
    this.restarts.forgive();
    if (this.#current) {
      this.#replaced += 1;
      this.#leave(this.#current, why);
    }
    this.#start();
  }

  /** Each second. */
  tick(): void {
    const { now, log } = this.#parts;
    const current = this.#current;
    if (current === null || now() - current.saidAt < silentMs) return;
    log.error({ pid: current.process.pid }, `the router has said nothing for ${silentMs / 1000} s: killed`);
    current.saidAt = now();
    current.process.kill();
  }

  /** Resolves when no process is left. */
  async end(): Promise<void> {
    this.want(null);
    await Promise.all([...this.#leaving].map(({ gone }) => gone));
  }

  get running(): boolean {
    return this.#current !== null || this.#leaving.size > 0;
  }

  get status(): Pick<RouterStatus, 'state' | 'reason' | 'pid' | 'startedAt' | 'restarts' | 'replaced' | 'figures'> {
    const { count, lastExitAt, lastExit, nextStartAt } = this.restarts;
    const current = this.#current;
    const crashLoop = this.restarts.crashLoop(this.#parts.now());
    const [state, reason] = this.#state(crashLoop);
    return { state, reason, pid: current?.process.pid ?? null, startedAt: current?.startedAt ?? null, restarts: { count, crashLoop, lastExitAt, lastExit, nextStartAt }, replaced: this.#replaced, figures: current?.ready ? this.#figures.figures : null };
  }

  #state(crashLoop: boolean): readonly [RouterStatus['state'], string | null] {
    const failure = this.#current?.failure ?? (crashLoop ? this.restarts.lastExit : null);
    if (this.#current) return this.#current.ready ? ['ready', null] : ['starting', failure === null ? null : `It does not come up: ${failure}.`];
    if (this.#wanted === null && this.#leaving.size > 0) return ['draining', 'It finishes what is under way.'];
    return ['down', this.restarts.lastExit === null ? null : `It ended by itself: ${this.restarts.lastExit}.`];
  }

  #start(): void {
    const wanted = this.#wanted;
    if (wanted === null) return;
    const { now, log, routerLog, onChange } = this.#parts;
    this.#figures.clear();
    this.restarts.started(now());
    const process: RouterProcess = new RouterProcess(this.#file, { kind: 'start', ...wanted }, {
      onSaid: (message) => this.#said(process, message),
      onLine: (line) => routerLog().info(sentenceIn(line)),
      onEnded: (how) => this.#ended(process, how),
    });
    this.#current = { process, startedAt: now(), saidAt: now(), ready: false, failure: null, told: wanted };
    log.info({ pid: process.pid, listen: wanted.settings.listen, group: wanted.settings.group }, 'router started');
    onChange();
  }

  #said(process: RouterProcess, message: FromRouter): void {
    const { log, now, onChange } = this.#parts;
    const current = this.#current?.process === process ? this.#current : null;
    if (current) current.saidAt = now();
    switch (message.kind) {
      case 'up':
        return;
      case 'ready':
        if (current) current.ready = true;
        log.info({ pid: process.pid, listen: message.listen }, 'router takes clients');
        return onChange();
      case 'stats':
        if (current) this.#figures.add({ at: now(), workers: message.stats });
        return;
      case 'failed':
        if (current) current.failure = message.message;
        return void log.warn({ pid: process.pid }, `router: ${message.message}`);
      case 'drained':
        return void log.info({ pid: process.pid, cutOff: message.left }, 'router has finished what was under way');
    }
  }

  #leave(current: Current, why: string): void {
    const { process, told } = current;
    this.#current = null;
    this.#leaving.add(process);
    this.#parts.log.info({ pid: process.pid }, `router is drained: ${why}`);
    process.tell({ kind: 'drain' });
    const timer = setTimeout(() => process.kill(), told.settings.drainMs + endMarginMs);
    void process.gone.then(() => clearTimeout(timer));
    this.#parts.onChange();
  }

  #ended(process: RouterProcess, how: string): void {
    const { log, now, onChange } = this.#parts;
    this.#leaving.delete(process);
    if (this.#current?.process === process) {
      this.#current = null;
      this.restarts.exited(now(), how);
      const delayMs = Math.max(0, (this.restarts.nextStartAt ?? now()) - now());
      log.error({ pid: process.pid, how, nextStartInMs: delayMs }, 'router ended by itself');
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#start();
      }, delayMs);
    }
    onChange();
  }

  #cancel(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** What it logs is one JSON object a line; what Node itself says is not. */
function sentenceIn(line: string): string {
  try {
    const { worker, sentence } = JSON.parse(line) as { worker?: number; sentence?: string };
    return typeof sentence === 'string' ? `worker ${worker ?? 1}: ${sentence}` : line;
  } catch {
    return line;
  }
}
