import { accessSync, constants } from 'node:fs';
import { CoterieError } from '~/contract/errors.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { runProgram } from '~/agent/process/program.ts';
import { setByWdctl, timeoutBySysfs, Watchdog } from './watchdog.ts';

/**
 * The outermost fence, of the host: for an instance that none of our own reaches. A watchdog device while this instance
 * leads, a program of the operator that makes sure that the instance of this host does not write, and one that does so
 * to another host before its leadership is taken over. All of it is optional, and on top of the lease, never instead.
 */
export type HostSettings = {
  readonly hostWatchdog: string | null;
  readonly fenceCommand: string | null;
  readonly stonithCommand: string | null;
  /** `require`: no take-over where `stonithCommand` has failed. `try`: that is logged. */
  readonly stonithPolicy: 'require' | 'try';
};

export type HostHookComponents = { readonly log: Logger; readonly watchdog?: Watchdog };
/** Whom a program is to fence; the last is a sentence. */
export type Victim = { readonly instance: string; readonly replicaset: string; readonly epoch: number; readonly reason: string };
/** `ran` false: no program is configured. */
export type HostOutcome = { readonly ran: boolean; readonly ok: boolean; readonly sentence: string };

/** What is known of this host's instance. `deadline`: of its lease, by the same clock as `now`; null: it has none. */
export type Watched = { readonly writable: boolean; readonly leads: boolean; readonly deadline: number | null };

/**
 * `alive`: by its lease it may write. `off`: it does not write. `silent`: its lease is over and nobody knows that it has
 * stopped, so nothing keeps the watchdog from resetting the host.
 */
export function signOf({ writable, leads, deadline }: Watched, now: number): 'alive' | 'off' | 'silent' {
  if (!writable) return 'off';
  return leads && deadline !== null && now <= deadline ? 'alive' : 'silent';
}

export const fenceMs = 10_000;
export const stonithMs = 60_000;

export class HostHook {
  readonly #log: Logger;
  readonly #settings: HostSettings;
  readonly #watchdog: Watchdog | null;
  readonly #running = new Map<string, Promise<HostOutcome>>();
  readonly #ended = new AbortController();

  /** Throws where a setting names what is not there. */
  constructor({ log, watchdog }: HostHookComponents, settings: HostSettings) {
    this.#log = log;
    this.#settings = settings;
    const { hostWatchdog, fenceCommand, stonithCommand } = settings;
    need('host_watchdog', hostWatchdog, constants.W_OK);
    need('fence_command', fenceCommand, constants.X_OK);
    need('stonith_command', stonithCommand, constants.X_OK);
    this.#watchdog = hostWatchdog === null ? null : (watchdog ?? new Watchdog({ log, setTimeout: setByWdctl, timeoutOf: timeoutBySysfs, now: () => performance.now() }, hostWatchdog));
  }

  /** What of it does not do what it should. */
  get problem(): string | null {
    return this.#watchdog?.problem ?? null;
  }

  /** This instance leads and its agent is well: at each renewal and between. `limitMs`: the lease less its margin. */
  alive(limitMs: number): void {
    this.#watchdog?.alive(limitMs);
  }

  /** This instance does not lead. */
  async suspend(): Promise<void> {
    await this.#watchdog?.suspend();
  }

  /** The agent ends in order. Programs that run are left to their deadlines no longer. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.suspend();
  }

  /** Makes sure that the instance of this host does not write. Asked again while it runs: the same answer. */
  fence(victim: Victim): Promise<HostOutcome> {
    return this.#once('fence_command', this.#settings.fenceCommand, { victim, timeoutMs: fenceMs });
  }

  /** Makes sure of that for one of another host. `ok` false: it may not be taken over. */
  async stonith(victim: Victim): Promise<HostOutcome> {
    const outcome = await this.#once('stonith_command', this.#settings.stonithCommand, { victim, timeoutMs: stonithMs });
    if (outcome.ok || this.#settings.stonithPolicy === 'require') return outcome;
    this.#log.warn({ ...victim }, `goes on all the same (stonith_policy is try): ${outcome.sentence}`);
    return { ...outcome, ok: true };
  }

  #once(name: string, program: string | null, { victim, timeoutMs }: { victim: Victim; timeoutMs: number }): Promise<HostOutcome> {
    if (program === null) return Promise.resolve({ ran: false, ok: true, sentence: `There is no ${name}.` });
    const key = `${name} ${victim.instance} ${victim.epoch}`;
    const running = this.#running.get(key) ?? this.#run(name, program, { victim, timeoutMs }).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  async #run(name: string, program: string, { victim, timeoutMs }: { victim: Victim; timeoutMs: number }): Promise<HostOutcome> {
    const { instance, replicaset, epoch, reason } = victim;
    this.#log.warn({ ...victim, program }, `${name} is run`);
    const sentence = await runProgram(program, [instance, replicaset, String(epoch), reason], { timeoutMs, signal: this.#ended.signal }).then(
      ({ code, signal, late, said }) => (code === 0 ? null : `${name} ${late ? `was not done within ${timeoutMs} ms` : `ended with ${signal ?? `exit code ${code}`}`}${said === '' ? '' : `: ${said}`}.`),
      (error: Error) => `${name}: ${error.message}.`,
    );
    if (sentence === null) this.#log.warn({ ...victim }, `${name} ended with exit code 0`);
    else this.#log.error({ ...victim }, sentence);
    return { ran: true, ok: sentence === null, sentence: sentence ?? `${name} has done it.` };
  }
}

function need(name: string, path: string | null, mode: number): void {
  if (path === null) return;
  try {
    accessSync(path, mode);
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `${name}: ${(error as Error).message}`);
  }
}
