import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { TrailEntry } from '~/contract/shapes/failover-view.ts';
import { jsonOf } from '~/agent/data/identity.ts';

/**
 * What this agent's members and coordinator did, for incidents: JSON lines, the newest thousand of them, with numbers
 * that only grow. The first line names the log, so that a reader notices that it has been lost.
 */
const keptMax = 1000;
const readMax = 500;
const Head = z.object({ life: z.string() });

export type TrailParts = { readonly path: string; readonly now: () => number; readonly warn: (sentence: string) => void };
export type NewEntry = Omit<TrailEntry, 'number' | 'at'>;

export class Trail {
  readonly #parts: TrailParts;
  readonly life: string;
  #entries: TrailEntry[] = [];
  #written = 0;

  constructor(parts: TrailParts) {
    this.#parts = parts;
    const lines = existsSync(parts.path) ? readFileSync(parts.path, 'utf8').split('\n').map(jsonOf) : [];
    const head = Head.safeParse(lines[0]);
    this.life = head.success ? head.data.life : randomBytes(8).toString('hex');
    for (const line of head.success ? lines.slice(1) : []) {
      const entry = TrailEntry.safeParse(line);
      if (entry.success) this.#entries.push(entry.data);
    }
    this.#entries = this.#entries.slice(-keptMax);
    this.#rewrite();
  }

  get newest(): number {
    return this.#entries.at(-1)?.number ?? 0;
  }

  add(entry: NewEntry): TrailEntry {
    const whole = { ...entry, number: this.newest + 1, at: this.#parts.now() };
    this.#entries.push(whole);
    if (this.#entries.length > keptMax) this.#entries.shift();
    this.#written += 1;
    if (this.#written > keptMax) this.#rewrite();
    else this.#attempt(() => appendFileSync(this.#parts.path, `${JSON.stringify(whole)}\n`, { mode: 0o600 }));
    return whole;
  }

  after(number: number): TrailEntry[] {
    return this.#entries.filter((entry) => entry.number > number).slice(0, readMax);
  }

  #rewrite(): void {
    const { path } = this.#parts;
    const lines = [{ life: this.life }, ...this.#entries].map((line) => `${JSON.stringify(line)}\n`);
    this.#attempt(() => {
      writeFileSync(`${path}.new`, lines.join(''), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    });
    this.#written = 0;
  }

  /** An incident that cannot be written down is no reason to leave a replicaset without master. */
  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#parts.warn(`${this.#parts.path}: ${(error as Error).message}`);
    }
  }
}
