/**
 * Events on their way to the main thread. Only one batch is under way at a time, so while the main thread is blocked
 * they wait here, where of each kind about each member only the newest is kept: bounded by the size of the group.
 */

import type { NodeEvent } from './node.ts';

export class EventQueue {
  readonly #post: (events: readonly NodeEvent[]) => void;
  readonly #waiting = new Map<string, NodeEvent>();
  #underWay = false;
  #scheduled = false;

  constructor(post: (events: readonly NodeEvent[]) => void) {
    this.#post = post;
  }

  add(event: NodeEvent): void {
    const key = 'member' in event ? `${event.kind} ${event.member.uuid}` : event.kind;
    // The order is that of the newest news: taken out and put at the end.
    this.#waiting.delete(key);
    this.#waiting.set(key, event);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  /** The other side has read the last batch. */
  read(): void {
    this.#underWay = false;
    this.#flush();
  }

  #flush(): void {
    if (this.#underWay || this.#waiting.size === 0) return;
    this.#underWay = true;
    const events = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#post(events);
  }
}
