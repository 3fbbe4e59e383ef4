import { Shown } from './shown.ts';
import { Stream, streamDefaults, type StreamComponents, type StreamOptions } from './stream.ts';

/** A status while somebody looks: its stream says all of it at once, then again with each change. */

export type FollowedStatus<T> = { readonly status: T | null; readonly following: boolean; readonly problem: string | null };
export const initialStatus: FollowedStatus<never> = { status: null, following: false, problem: null };

export class StatusStore<T> {
  readonly #shown = new Shown<FollowedStatus<T>>(initialStatus);
  readonly #stream: Stream;

  constructor(components: StreamComponents, options: StreamOptions = streamDefaults) {
    this.#stream = new Stream(components, {
      ...options,
      events: {
        said: (data) => this.#shown.set({ status: JSON.parse(data) as T, following: true, problem: null }),
        // What is shown stays; it says that it is of before.
        lost: (problem) => this.#shown.set({ ...this.get(), following: false, problem: problem ?? this.get().problem }),
      },
    });
  }

  readonly subscribe = this.#shown.subscribe;
  readonly get = this.#shown.get;

  start(): void {
    this.#stream.start();
  }

  stop(): void {
    this.#stream.stop();
  }
}
