import { closeSync, constants, openSync, readFileSync, realpathSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Logger } from '~/agent/logs/logger.ts';
import { runProgram } from '~/agent/process/program.ts';

/**
 * The host's watchdog: it resets the machine when nobody has written to its device for some seconds. While this instance
 * leads the agent writes; a hung or killed agent, or a hung kernel, then ends whatever Tarantool still does. Before the
 * device is closed in order it is told so (`V`), which switches it off.
 *
 * Node has no ioctl: the time is set by `wdctl` (util-linux) before the device is opened, and read back from sysfs.
 */
export type WatchdogComponents = {
  readonly log: Logger;
  /** Why not; null: it is set. */
  readonly setTimeout: (device: string, seconds: number) => Promise<string | null>;
  /** Seconds; null: not known. */
  readonly timeoutOf: (device: string) => number | null;
  readonly now: () => number;
};

const setMs = 5000;
const retryEveryMs = 5000;

export class Watchdog {
  readonly #components: WatchdogComponents;
  readonly #device: string;
  #file: number | null = null;
  #opening: Promise<void> | null = null;
  #wanted = false;
  #retryAt = -Infinity;
  #problem: string | null = null;

  constructor(components: WatchdogComponents, device: string) {
    this.#components = components;
    this.#device = device;
  }

  get armed(): boolean {
    return this.#file !== null;
  }

  /** Why it does not guard, or not in time. */
  get problem(): string | null {
    return this.#problem;
  }

  /** At least twice within its time. The first one switches it on: `limitMs` is how soon it has to act. */
  alive(limitMs: number): void {
    this.#wanted = true;
    if (this.#file !== null) return this.#write('1');
    if (this.#opening === null && this.#components.now() < this.#retryAt) return;
    this.#opening ??= this.#open(limitMs).finally(() => (this.#opening = null));
  }

  /** Switches it off, as this instance does not lead. */
  async suspend(): Promise<void> {
    this.#wanted = false;
    await this.#opening;
    const file = this.#file;
    if (file === null) return;
    this.#write('V');
    this.#file = null;
    closeSync(file);
    this.#components.log.info({ device: this.#device }, 'the watchdog is off');
  }

  async #open(limitMs: number): Promise<void> {
    const { log, setTimeout: set, timeoutOf } = this.#components;
    const device = this.#device;
    const seconds = Math.floor(limitMs / 1000);
    const failed = seconds < 1 ? 'no watchdog acts within less than a second' : await set(device, seconds);
    if (!this.#wanted) return;
    try {
      // Without waiting for a reader, where it is a pipe; behind what is there, where it is a file.
      this.#file = openSync(device, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_APPEND);
    } catch (error) {
      this.#retryAt = this.#components.now() + retryEveryMs;
      return this.#has(`${device} cannot be opened: ${(error as Error).message}`);
    }
    const actual = timeoutOf(device);
    if (actual !== null && actual * 1000 > limitMs) this.#has(`${device} acts after ${actual} s, later than the lease allows (${limitMs} ms)${failed === null ? '' : `: ${failed}`}`);
    else if (actual === null && failed !== null) this.#has(`when ${device} acts is not known: ${failed}`);
    else this.#problem = null;
    log.info({ device, seconds: actual }, 'the watchdog is on while this instance leads');
    this.#write('1');
  }

  #write(text: '1' | 'V'): void {
    try {
      if (this.#file !== null) writeSync(this.#file, text);
    } catch (error) {
      this.#has(`${this.#device} takes nothing: ${(error as Error).message}`);
    }
  }

  /** Told once. */
  #has(problem: string): void {
    if (this.#problem !== problem) this.#components.log.error({ device: this.#device }, `watchdog: ${problem}`);
    this.#problem = problem;
  }
}

/** By util-linux, which is on every Debian. It opens the device for that and closes it in order. */
export async function setByWdctl(device: string, seconds: number): Promise<string | null> {
  try {
    const { code, late, said } = await runProgram('wdctl', ['--settimeout', String(seconds), device], { timeoutMs: setMs });
    return code === 0 ? null : `wdctl --settimeout ${seconds} ${device}: ${late ? 'no answer' : said || `exit code ${code}`}`;
  } catch (error) {
    return `its time cannot be set: ${(error as Error).message}`;
  }
}

/** `/dev/watchdog` is the first of them. */
export function timeoutBySysfs(device: string, sysfs = '/sys/class/watchdog'): number | null {
  try {
    const name = basename(realpathSync(device));
    const seconds = Number(readFileSync(join(sysfs, name === 'watchdog' ? 'watchdog0' : name, 'timeout'), 'utf8').trim());
    return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
  } catch {
    return null;
  }
}
