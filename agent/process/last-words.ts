import { lastLines } from '~/agent/logs/tail.ts';
import { tarantoolLineOf } from '~/agent/logs/line.ts';

const charactersMax = 300;
/** What lua/main.lua says first: what stands before it belongs to another run, or to Tarantool's own start. */
const firstLine = 'control socket at ';

/** The line of the log that says why a process ended: the last fatal one of its end, or else the last. `from`: how long the log was when it was started. */
export function lastWords(logPath: string, from = 0): string | null {
  const raw = lastLines(logPath, 60, from);
  const lines = raw.slice(raw.findLastIndex((line) => line.includes(firstLine)) + 1).map(tarantoolLineOf);
  const fatal = lines.findLast(({ level }) => level === 'fatal') ?? lines.at(-1);
  if (fatal === undefined) return null;
  const text = fatal.text.replace(/^\S+: /, '');
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}...` : text;
}
