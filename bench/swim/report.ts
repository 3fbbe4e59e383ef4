/** Collects figures as they come and puts them into one table for each size. */

import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { targetOf } from './targets.ts';

export type About = { readonly program: string; readonly size: number };

type Cell = { readonly samples: number[]; missed: number; readonly unit: 'ms' | 'number' };

export class Report {
  readonly #command: string;
  readonly #realtime: boolean;
  readonly #startedAt = new Date();
  readonly #loadAtStart = loadavg()[0] ?? 0;
  /** By figure, then by program and size. */
  readonly #rows = new Map<string, Map<string, Cell>>();
  readonly #programs = new Set<string>();
  readonly #sizes = new Set<number>();
  readonly #notes: string[] = [];

  constructor(command: string, { realtime }: { realtime: boolean }) {
    this.#command = command;
    this.#realtime = realtime;
  }

  /** Milliseconds; undefined where it did not happen within the limit. */
  times(figure: string, about: About, samples: readonly (number | undefined)[]): void {
    const cell = this.#cell(figure, about, 'ms');
    for (const sample of samples) {
      if (sample === undefined) cell.missed++;
      else cell.samples.push(sample);
    }
    console.error(`${about.program} n=${about.size} ${figure}: ${text(cell)}`);
  }

  number(figure: string, about: About, sample: number | undefined): void {
    const cell = this.#cell(figure, about, 'number');
    if (sample !== undefined) cell.samples.push(sample);
    console.error(`${about.program} n=${about.size} ${figure}: ${text(cell)}`);
  }

  note(sentence: string): void {
    this.#notes.push(sentence);
    console.error(sentence);
  }

  text(): string {
    return `${[this.#head(), ...[...this.#sizes].map((size) => this.#table(size)), ...this.#notes].join('\n\n')}\n`;
  }

  #head(): string {
    const load = `${this.#loadAtStart.toFixed(1)} at the start, ${(loadavg()[0] ?? 0).toFixed(1)} at the end`;
    return [
      '# SWIM: measured side by side',
      `${this.#startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}, ${versionOf('serf', ['--version'])}, ${versionOf('tarantool', ['-v'])}. Load of the machine ${load}. \`${this.#command}\`.`,
      ...(this.#realtime ? ['The machine was shared: everything measured (ours, serf and Tarantool alike) ran with real-time priority, except under the busy loops, which all had the ordinary one.'] : []),
      'Real processes, each group in a network namespace of its own: bytes are what the loopback device carried, with IP, UDP and TCP headers. Times are median / largest (number of samples), in ms. Ours is sealed with AES-256-GCM; serf and Tarantool are plain. At the common start the processes of ours and of Tarantool run already (ours then starts its worker thread and sockets), those of serf do not. A silent host is one whose packets are all dropped on arrival, unsaid (nftables; without it, a stopped process). The floor is what Node itself takes for the same: a worker thread each, the same number of sealed datagrams, the same events told to the parent, and no protocol at all.',
    ].join('\n\n');
  }

  #table(size: number): string {
    const programs = [...this.#programs].filter((program) => [...this.#rows.values()].some((row) => row.has(keyOf({ program, size }))));
    const lines = [...this.#rows].flatMap(([figure, row]) => {
      if (!programs.some((program) => row.has(keyOf({ program, size })))) return [];
      const cells = programs.map((program) => {
        const cell = row.get(keyOf({ program, size }));
        return cell === undefined ? '' : text(cell) + verdict(figure, { program, size }, cell);
      });
      return [`| ${figure} | ${targetOf(figure)?.text ?? ''} | ${cells.join(' | ')} |`];
    });
    return [`## n = ${size}`, '', `| | target | ${programs.join(' | ')} |`, `| --- | --- |${' ---: |'.repeat(programs.length)}`, ...lines].join('\n');
  }

  #cell(figure: string, about: About, unit: Cell['unit']): Cell {
    this.#programs.add(about.program);
    this.#sizes.add(about.size);
    const row = this.#rows.get(figure) ?? new Map<string, Cell>();
    this.#rows.set(figure, row);
    const cell = row.get(keyOf(about)) ?? { samples: [], missed: 0, unit };
    row.set(keyOf(about), cell);
    return cell;
  }
}

function keyOf({ program, size }: About): string {
  return `${size} ${program}`;
}

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor((samples.length - 1) / 2)] ?? Number.NaN;
}

function text({ samples, missed, unit }: Cell): string {
  const never = missed > 0 ? `${samples.length > 0 ? ', ' : ''}${missed} x not within 60 s` : '';
  if (samples.length === 0) return never || '-';
  if (unit === 'number') return short(median(samples));
  const [middle, most] = [median(samples), Math.max(...samples)];
  return samples.length === 1 ? `${short(middle)}${never}` : `${short(middle)} / ${short(most)} (${samples.length})${never}`;
}

function short(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en');
  return value.toFixed(value < 1 ? 3 : 1);
}

/** Only ours have targets. */
function verdict(figure: string, { program, size }: About, { samples, missed }: Cell): string {
  const target = targetOf(figure);
  if (target === undefined || !program.startsWith('coterie') || samples.length === 0) return '';
  const most = target.limit(program.endsWith('lan') ? 'lan' : 'fast', size);
  if (most === undefined) return '';
  return missed === 0 && median(samples) <= most ? ' ✓' : ' **missed**';
}

function versionOf(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0] ?? command;
  } catch {
    return `no ${command}`;
  }
}
