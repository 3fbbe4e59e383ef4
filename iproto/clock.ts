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
    // An unref'd timer that is cleared keeps its place in Node's queue, and wakes the process when that comes up; a ref'd one goes at once.
    return () => clearTimeout(timer.ref());
  },
};
