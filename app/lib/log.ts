import type { LogLine } from '~/contract/shapes/status.ts';

/**
 * The end of a log as its stream tells it. A stream that was opened anew says its last lines again, so its first line
 * replaces what was there; until then the old lines stay in sight. No more than `linesMax` are kept.
 */
export type Log = {
  readonly lines: readonly NumberedLine[];
  readonly state: 'connecting' | 'following' | 'lost';
  /** What the server said when it ended the stream; null where the connection only broke. */
  readonly problem: string | null;
  /** The next line begins the log anew. */
  readonly fresh: boolean;
};

/** The number stays with the line, for whoever draws it. */
export type NumberedLine = LogLine & { readonly number: number };

export const initialLog: Log = { lines: [], state: 'connecting', problem: null, fresh: true };

export type LogEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'lines'; readonly lines: readonly LogLine[] }
  | { readonly kind: 'lost'; readonly problem: string | null };

export function reduceLog(log: Log, event: LogEvent, linesMax: number): Log {
  switch (event.kind) {
    case 'opened':
      // An open stream of an agent that cannot be reached ends at once: what was said stays until a line comes.
      return { ...log, state: log.problem === null ? 'following' : 'lost', fresh: true };
    case 'lines': {
      if (event.lines.length === 0) return log;
      const old = log.fresh ? [] : log.lines;
      const first = (log.lines.at(-1)?.number ?? 0) + 1;
      const lines = [...old, ...event.lines.map((line, index) => ({ ...line, number: first + index }))].slice(-linesMax);
      return { lines, state: 'following', problem: null, fresh: false };
    }
    case 'lost':
      return { ...log, state: 'lost', problem: event.problem ?? log.problem };
  }
}
