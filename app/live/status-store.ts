/** A status while somebody looks, for `useSyncExternalStore`: its stream says all of it at once, then again with each change. */

export type StatusSource = {
  addEventListener(type: 'open' | 'message' | 'error' | 'problem', listener: (event: { data?: string }) => void): void;
  close(): void;
};

export type StatusComponents = { readonly open: () => StatusSource; readonly later: (run: () => void, delayMs: number) => () => void };
export type StatusOptions = { readonly retryMs: number; readonly retryMsMax: number };
export const statusDefaults: StatusOptions = { retryMs: 1000, retryMsMax: 15_000 };

export type FollowedStatus<T> = { readonly status: T | null; readonly following: boolean; readonly problem: string | null };
export const initialStatus: FollowedStatus<never> = { status: null, following: false, problem: null };

export class StatusStore<T> {
  #state: FollowedStatus<T> = initialStatus;
  #source: StatusSource | null = null;
  #cancelRetry: (() => void) | null = null;
  #failures = 0;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly components: StatusComponents,
    private readonly options: StatusOptions = statusDefaults,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): FollowedStatus<T> => this.#state;

  start(): void {
    this.stop();
    const source = this.components.open();
    this.#source = source;
    source.addEventListener('message', ({ data = '' }) => {
      this.#failures = 0;
      // The server checked the message against the contract before it sent it.
      this.#set({ status: JSON.parse(data) as T, following: true, problem: null });
    });
    // The server ends a stream with the reason; the error that follows only says that it ended.
    source.addEventListener('problem', ({ data = '' }) => this.#lose((JSON.parse(data) as { detail?: string }).detail ?? null));
    source.addEventListener('error', () => this.#lose(null));
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#source?.close();
    this.#source = null;
  }

  /** What is shown stays; it says that it is of before. */
  #lose(problem: string | null): void {
    if (this.#source === null) return;
    this.stop();
    this.#set({ ...this.#state, following: false, problem: problem ?? this.#state.problem });
    const delayMs = Math.min(this.options.retryMsMax, this.options.retryMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#cancelRetry = this.components.later(() => this.start(), delayMs);
  }

  #set(state: FollowedStatus<T>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
