import type { LogLine } from '~/contract/shapes/status.ts';
import type { z } from 'zod';

/** Lines of both log files as one kind of value. A line that fits no format (a Lua stack) belongs to the one before it. */
export type Line = z.output<typeof LogLine>;
export type LogSource = Line['source'];

const tarantoolLevels: Record<string, Line['level']> = { F: 'fatal', '!': 'error', E: 'error', C: 'warn', W: 'warn', I: 'info', V: 'verbose', D: 'debug' };
const agentLevels: Record<number, Line['level']> = { 10: 'debug', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** `2026-11-21 06:16:22.207 [22042] main/115/lua I> text`, with `file.cc:12 E>` where Tarantool names the place. */
const tarantoolLine = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) \[\d+\] (.*?)([FEWICVD!])> (.*)$/s;

export function tarantoolLineOf(raw: string): Line {
  const match = tarantoolLine.exec(raw);
  if (!match) return { at: null, source: 'tarantool', level: 'info', text: raw };
  const [, time, place, level, text] = match;
  const at = new Date(time!.replace(' ', 'T')).getTime();
  return { at: Number.isNaN(at) ? null : at, source: 'tarantool', level: tarantoolLevels[level!] ?? 'info', text: `${place!.trim()}: ${text!}` };
}

export const lineText = (msg: string, data: object): string => (Object.keys(data).length > 0 ? `${msg} ${JSON.stringify(data)}` : msg);

/** Of the agent itself, and of its router, whose words it writes down. */
export function agentLineOf(raw: string, source: 'agent' | 'router' = 'agent'): Line {
  try {
    const { time, level, msg, pid: _pid, hostname: _host, ...rest } = JSON.parse(raw) as { time: number; level: number; msg: string; pid?: number; hostname?: string };
    return { at: time, source, level: agentLevels[level] ?? 'info', text: lineText(msg ?? '', rest) };
  } catch {
    return { at: null, source, level: 'info', text: raw };
  }
}

export const lineOf = (source: LogSource, raw: string): Line => (source === 'tarantool' ? tarantoolLineOf(raw) : agentLineOf(raw, source));
