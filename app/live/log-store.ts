import { initialLog, reduceLog, type Log, type LogEvent } from '~/app/lib/log.ts';
import type { LogLine } from '~/contract/shapes/status.ts';

/** One followed log, for `useSyncExternalStore`. Lines are gathered for a moment, so that a busy log is drawn a few times a second. */

export type LogSource = {
  addEventListener(type: 'open' | 'message' | 'error' | 'problem', listener: (event: { data?: string }) => void): void;
  close(): void;
};

export type LogComponents = {
  readonly open: () => LogSource;
  readonly later: (run: () => void, delayMs: number) => () => void;
};

export type LogOptions = { readonly linesMax: number; readonly gatherMs: number; readonly retryMs: number; readonly retryMsMax: number };

export const logDefaults: LogOptions = { linesMax: 500, gatherMs: 100, retryMs: 1000, retryMsMax: 15_000 };

export class LogStore {
  #log: Log = initialLog;
  #source: LogSource | null = null;
  #gathered: LogLine[] = [];
  #cancelGather: (() => void) | null = null;
  #cancelRetry: (() => void) | null = null;
  #failures = 0;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly components: LogComponents,
    private readonly options: LogOptions = logDefaults,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): Log => this.#log;

  start(): void {
    this.stop();
    const source = this.components.open();
    this.#source = source;
    source.addEventListener('open', () => this.#fold({ kind: 'opened' }));
    source.addEventListener('message', ({ data = '' }) => this.#gather(data));
    // The server ends a stream with the reason; the error that follows only says that it ended.
    source.addEventListener('problem', ({ data = '' }) => this.#lose((JSON.parse(data) as { detail?: string }).detail ?? null));
    source.addEventListener('error', () => this.#lose(null));
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelGather?.();
    this.#cancelRetry = this.#cancelGather = null;
    this.#gathered = [];
    this.#source?.close();
    this.#source = null;
  }

  #gather(data: string): void {
    // The server checked the message against the contract before it sent it.
    this.#gathered.push(JSON.parse(data) as LogLine);
    if (this.#gathered.length > this.options.linesMax) this.#gathered.shift();
    this.#failures = 0;
    this.#cancelGather ??= this.components.later(() => this.#show(), this.options.gatherMs);
  }

  #show(): void {
    this.#cancelGather?.();
    this.#cancelGather = null;
    this.#fold({ kind: 'lines', lines: this.#gathered.splice(0) });
  }

  /** The browser's own retry begins where the stream cannot go on, and gives up on a refusal: so it is done here. */
  #lose(problem: string | null): void {
    if (this.#source === null) return;
    this.#show();
    this.stop();
    this.#fold({ kind: 'lost', problem });
    const delayMs = Math.min(this.options.retryMsMax, this.options.retryMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#cancelRetry = this.components.later(() => this.start(), delayMs);
  }

  #fold(event: LogEvent): void {
    const next = reduceLog(this.#log, event, this.options.linesMax);
    if (next === this.#log) return;
    this.#log = next;
    for (const listener of this.#listeners) listener();
  }
}
