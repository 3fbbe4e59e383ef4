import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';

/** The state of failover while somebody looks, for `useSyncExternalStore`: its stream says all of it at once, then again with each change. */

export type FailoverSource = {
  addEventListener(type: 'open' | 'message' | 'error' | 'problem', listener: (event: { data?: string }) => void): void;
  close(): void;
};

export type FailoverComponents = { readonly open: () => FailoverSource; readonly later: (run: () => void, delayMs: number) => () => void };
export type FailoverOptions = { readonly retryMs: number; readonly retryMsMax: number };
export const failoverDefaults: FailoverOptions = { retryMs: 1000, retryMsMax: 15_000 };

export type FollowedFailover = { readonly status: FailoverStatus | null; readonly following: boolean; readonly problem: string | null };
export const initialFailover: FollowedFailover = { status: null, following: false, problem: null };

export class FailoverStore {
  #state = initialFailover;
  #source: FailoverSource | null = null;
  #cancelRetry: (() => void) | null = null;
  #failures = 0;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly components: FailoverComponents,
    private readonly options: FailoverOptions = failoverDefaults,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): FollowedFailover => this.#state;

  start(): void {
    this.stop();
    const source = this.components.open();
    this.#source = source;
    source.addEventListener('message', ({ data = '' }) => {
      this.#failures = 0;
      // The server checked the message against the contract before it sent it.
      this.#set({ status: JSON.parse(data) as FailoverStatus, following: true, problem: null });
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

  #set(state: FollowedFailover): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
