/** A history in a file, one JSON object a line: it survives the process that wrote it, up to its last whole line. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { History, Operation } from './operation.ts';

const bufferedMax = 500;

export class Journal {
  readonly operations: Operation[] = [];
  readonly #file: number | null;
  #buffered: string[] = [];

  /** Without a path the history is only kept in memory. */
  constructor(path: string | null = null) {
    this.#file = path === null ? null : openSync(path, 'w');
  }

  add(operation: Operation): void {
    this.operations.push(operation);
    if (this.#file === null) return;
    this.#buffered.push(`${JSON.stringify(operation)}\n`);
    if (this.#buffered.length >= bufferedMax) this.flush();
  }

  flush(): void {
    if (this.#file !== null) writeSync(this.#file, this.#buffered.join(''));
    this.#buffered = [];
  }

  close(): void {
    this.flush();
    if (this.#file !== null) closeSync(this.#file);
  }
}

/** A last line that was cut off is left out; any other bad line is an error. */
export function parseHistory(text: string): History {
  const lines = text.split('\n');
  const whole = lines.slice(0, -1).map((line) => JSON.parse(line) as Operation);
  try {
    const last = lines.at(-1)!;
    return last === '' ? whole : [...whole, JSON.parse(last) as Operation];
  } catch {
    return whole;
  }
}

export const readHistory = (path: string): History => parseHistory(readFileSync(path, 'utf8'));
