/** Workers over one target, each with one operation under way, at a rate or as fast as answers come. */
import { monotonicMs } from '../history/clock.ts';
import type { Journal } from '../history/journal.ts';
import type { Asked, Operation } from '../history/operation.ts';
import type { Session } from './target.ts';

export type WorkersOptions = {
  readonly workers: number;
  /** Operations in a second of all workers together; 0: as fast as answers come. */
  readonly rate: number;
  /** After a refusal that follows another one, so that nobody spins. */
  readonly refusedPauseMs: number;
  /** Numbers of the first round of workers; each `info` takes a new one, `workers` further. */
  readonly firstProcess: number;
  /** Other client processes beside this one that number theirs in the same way. */
  readonly processStep: number;
};

export const workersDefaults = { workers: 4, rate: 0, refusedPauseMs: 10, firstProcess: 0, processStep: 1_000 } satisfies WorkersOptions;

/** In one client process: numbers of processes are of a range of each one's own. */
export const workersMax = 100;

export class Workers {
  readonly #open: () => Session;
  readonly #journal: Journal;
  readonly #options: WorkersOptions;
  readonly #lanes: Promise<void>[] = [];
  readonly #sessions: Session[] = [];
  #going = false;

  constructor({ open, journal }: { readonly open: () => Session; readonly journal: Journal }, options: Partial<WorkersOptions> = {}) {
    this.#open = open;
    this.#journal = journal;
    this.#options = { ...workersDefaults, ...options };
  }

  /** `next` is asked for each worker's operations, by its number. */
  start(next: (worker: number) => () => Asked): void {
    this.#going = true;
    for (let worker = 0; worker < this.#options.workers; worker += 1) this.#lanes.push(this.#work(worker, next(worker)));
  }

  async #work(worker: number, next: () => Asked): Promise<void> {
    const { workers, rate, refusedPauseMs, firstProcess, processStep } = this.#options;
    const session = this.#open();
    this.#sessions.push(session);
    const paceMs = rate > 0 ? (1_000 * workers) / rate : 0;
    let process = firstProcess + worker;
    let refused = false;
    let dueAt = monotonicMs() + (paceMs * worker) / workers;
    while (this.#going) {
      if (paceMs > 0) {
        await pause(dueAt - monotonicMs());
        dueAt = Math.max(dueAt + paceMs, monotonicMs() - paceMs);
        if (!this.#going) break;
      }
      const operation = await perform(session, next(), process);
      this.#journal.add(operation);
      if (operation.outcome === 'info') process += processStep;
      // The first time the master may only have moved.
      if (refused && operation.outcome !== 'ok') await pause(refusedPauseMs);
      refused = operation.outcome !== 'ok';
    }
  }

  /** What is under way is waited for: at most the target's time limit. */
  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#lanes);
    for (const session of this.#sessions) session.close();
  }
}

/** One operation, timed. */
export async function perform(session: Session, asked: Asked, process: number): Promise<Operation> {
  const invoked = monotonicMs();
  const { outcome, asked: answered, epoch, node, reason } = await session.perform(asked);
  return { ...answered, process, outcome, invoked, returned: outcome === 'info' ? null : monotonicMs(), epoch, node, ...(reason === undefined ? {} : { reason }) };
}

const pause = (ms: number): Promise<void> => (ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve());
