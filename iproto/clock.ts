/** Time and timers as a component, so that tests can run them by hand. */

export interface Clock {
  /** Milliseconds that never go backwards, from any origin. */
  now(): number;
  /** Runs `callback` once after `delayMs` (at most 2^31 - 1); the returned function calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The process's own. Its timers do not keep the process alive: sockets do. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    // Of a timer that keeps nothing alive Node forgets only the callback, and wakes up in its place: it is made one that does first.
    return () => clearTimeout(timer.ref());
  },
};
