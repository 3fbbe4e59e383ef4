import { earlier, entriesMax, historyFrom, later, remember, type Command, type Entry, type Moved, type Outcome, type Place } from '~/app/lib/console.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import type { ConsoleAnswer } from '~/contract/console.ts';

/** One console, for `useSyncExternalStore`: the text, what was run, and the history that the tab keeps over a reload. Keys may come faster than a page is drawn. */

export type Where = { readonly on: string; readonly write: boolean };

export type ConsoleComponents = {
  readonly evaluate: (command: Command, where: Where) => Promise<readonly ConsoleAnswer[]>;
  /** As of now. */
  readonly where: () => Where;
  readonly now: () => number;
  /** Of the tab. */
  readonly kept: { read(): string | null; write(text: string): void };
};

export type ConsoleState = { readonly command: Command; readonly entries: readonly Entry[]; readonly history: readonly Command[]; readonly place: Place };

export class ConsoleStore {
  #state: ConsoleState;
  #number = 0;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly components: ConsoleComponents) {
    const history = historyFrom(components.kept.read());
    const command: Command = { language: history[0]?.language ?? 'lua', code: '' };
    this.#state = { command, entries: [], history, place: { index: null, draft: command } };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): ConsoleState => this.#state;

  get running(): boolean {
    return this.#state.entries.some(({ outcome }) => outcome.kind === 'running');
  }

  readonly change = (next: Partial<Command>): void => {
    const { command, place } = this.#state;
    // A text that the history has just put there is no new one.
    if (next.code !== undefined && next.code !== command.code) this.#set({ place: { ...place, index: null } });
    this.#set({ command: { ...command, ...next } });
  };

  readonly earlier = (): boolean => this.#move(earlier(this.#state.history, this.#state.place, this.#state.command));

  readonly later = (): boolean => this.#move(later(this.#state.history, this.#state.place));

  readonly clear = (): void => this.#set({ entries: this.#state.entries.filter(({ outcome }) => outcome.kind === 'running') });

  readonly run = async (): Promise<void> => {
    const { command, entries } = this.#state;
    if (command.code.trim() === '' || this.running) return;
    const number = (this.#number += 1);
    const history = remember(this.#state.history, command);
    const where = this.components.where();
    const empty = { ...command, code: '' };
    this.components.kept.write(JSON.stringify(history));
    this.#set({ history, command: empty, place: { index: null, draft: empty }, entries: [{ ...command, ...where, number, at: this.components.now(), outcome: { kind: 'running' } as const }, ...entries].slice(0, entriesMax) });
    try {
      this.#finish(number, { kind: 'answered', answers: await this.components.evaluate(command, where) });
    } catch (error) {
      this.#finish(number, { kind: 'failed', problem: problemFrom(error) });
      // Nothing was run, or nobody knows: the text is there to be run again.
      if (this.#state.command.code === '') this.change(command);
    }
  };

  #finish(number: number, outcome: Outcome): void {
    this.#set({ entries: this.#state.entries.map((entry) => (entry.number === number ? { ...entry, outcome } : entry)) });
  }

  #move(moved: Moved | null): boolean {
    if (moved !== null) this.#set(moved);
    return moved !== null;
  }

  #set(change: Partial<ConsoleState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
