import { follow } from './follow.ts';
import { lineOf, type Line, type LogSource } from './line.ts';
import { lastLines } from './tail.ts';

/** All logs as one, by time. A filter keeps the lines that contain it, whatever the case. */
export type LogFiles = { readonly [S in LogSource]: string };
export type LogQuery = { source: LogSource | 'all'; lines: number; filter?: string | undefined };

const searchedLines = 50_000;

export function readLogs(files: LogFiles, { source, lines, filter }: LogQuery): Line[] {
  const keep = keeping(filter);
  const count = filter ? searchedLines : lines;
  const found = sourcesOf(source).map((name) => dated(lastLines(files[name], count).map((raw) => lineOf(name, raw))).filter(({ line }) => keep(line)));
  const merged = found.length === 1 ? found[0]! : found.flat().toSorted((a, b) => a.at - b.at);
  return lines === 0 ? [] : merged.slice(-lines).map(({ line }) => line);
}

export async function* followLogs(files: LogFiles, query: LogQuery, signal: AbortSignal): AsyncGenerator<Line> {
  const keep = keeping(query.filter);
  const streams = sourcesOf(query.source).map((name) => ({ name, lines: follow(files[name], signal) }));
  const next = streams.map((stream) => pulled(stream));
  yield* readLogs(files, query);
  while (!signal.aborted) {
    const { stream, result } = await Promise.race(next);
    if (result.done) return;
    next[streams.indexOf(stream)] = pulled(stream);
    const line = lineOf(stream.name, result.value);
    if (keep(line)) yield line;
  }
}

type Stream = { name: LogSource; lines: AsyncGenerator<string> };
const pulled = async (stream: Stream) => ({ stream, result: await stream.lines.next() });

const sourcesOf = (source: LogQuery['source']): LogSource[] => (source === 'all' ? ['agent', 'tarantool', 'router'] : [source]);

function keeping(filter: string | undefined): (line: Line) => boolean {
  const wanted = filter?.toLowerCase() ?? '';
  return ({ text }) => wanted === '' || text.toLowerCase().includes(wanted);
}

/** A line without a time of its own stands where the one before it stands. */
function dated(lines: readonly Line[]): { at: number; line: Line }[] {
  let at = 0;
  return lines.map((line) => ({ at: (at = line.at ?? at), line }));
}
