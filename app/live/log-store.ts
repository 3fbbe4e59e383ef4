import { initialLog, reduceLog, type LogEvent } from '~/app/lib/log.ts';
import type { LogLine } from '~/contract/shapes/status.ts';
import { Shown } from './shown.ts';
import { Stream, streamDefaults, type StreamComponents, type StreamOptions } from './stream.ts';

/** One followed log. Lines are gathered for a moment, so that a busy log is drawn a few times a second. */

export type LogOptions = StreamOptions & { readonly linesMax: number; readonly gatherMs: number };
export const logDefaults: LogOptions = { ...streamDefaults, linesMax: 500, gatherMs: 100 };

export class LogStore {
  readonly #shown = new Shown(initialLog);
  readonly #stream: Stream;
  readonly #later: StreamComponents['later'];
  readonly #options: LogOptions;
  #gathered: LogLine[] = [];
  #cancelGather: (() => void) | null = null;

  constructor(components: StreamComponents, options: LogOptions = logDefaults) {
    this.#options = options;
    this.#later = components.later;
    this.#stream = new Stream(components, {
      ...options,
      events: {
        opened: () => this.#fold({ kind: 'opened' }),
        said: (data) => this.#gather(JSON.parse(data) as LogLine),
        lost: (problem) => {
          this.#show();
          this.#fold({ kind: 'lost', problem });
        },
      },
    });
  }

  readonly subscribe = this.#shown.subscribe;
  readonly get = this.#shown.get;

  start(): void {
    this.stop();
    this.#stream.start();
  }

  stop(): void {
    this.#cancelGather?.();
    this.#cancelGather = null;
    this.#gathered = [];
    this.#stream.stop();
  }

  #gather(line: LogLine): void {
    this.#gathered.push(line);
    if (this.#gathered.length > this.#options.linesMax) this.#gathered.shift();
    this.#cancelGather ??= this.#later(() => this.#show(), this.#options.gatherMs);
  }

  #show(): void {
    this.#cancelGather?.();
    this.#cancelGather = null;
    this.#fold({ kind: 'lines', lines: this.#gathered.splice(0) });
  }

  #fold(event: LogEvent): void {
    this.#shown.set(reduceLog(this.get(), event, this.#options.linesMax));
  }
}
