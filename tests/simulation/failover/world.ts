import type { Random } from '../apply/random.ts';

/** Virtual time, and a network between places. Time jumps from event to event; of two at one time the older goes first. */
type Event = { readonly at: number; readonly order: number; readonly run: () => void };

export class World {
  now = 0;
  events = 0;
  /** FNV-1a over what has happened: two runs of a seed must give the same. */
  hash = 0x811c9dc5;
  readonly trace: string[] = [];
  /** The nemesis' doings alone. */
  readonly faults: string[] = [];
  readonly random: Random;
  readonly #heap: Event[] = [];
  #order = 0;
  /** Directed: `from>to`. */
  readonly #cuts = new Map<string, number>();
  loss = 0;
  slow = 0;
  /** Nothing is cut before then. */
  calmUntil = 0;
  /** Of one way between two places, at most. */
  readonly slowLinks = new Map<string, number>();

  constructor(random: Random) {
    this.random = random;
  }

  note(text: string): void {
    const line = `${this.now.toFixed(2)} ${text}`;
    this.trace.push(line);
    if (this.trace.length > 4_000) this.trace.splice(0, 2_000);
    for (let index = 0; index < line.length; index++) this.hash = Math.imul(this.hash ^ line.charCodeAt(index), 0x01000193) >>> 0;
  }

  fault(text: string): void {
    this.faults.push(`${this.now.toFixed(0)} ${text}`);
    this.note(`** ${text}`);
  }

  readonly after = (delayMs: number, run: () => void): void => {
    const event = { at: this.now + Math.max(0, delayMs), order: ++this.#order, run };
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  };

  /** False: nothing is left until then. */
  step(untilMs: number): boolean {
    const heap = this.#heap;
    const top = heap[0];
    if (!top || top.at > untilMs) {
      this.now = untilMs;
      return false;
    }
    const last = heap.pop()!;
    if (heap.length > 0) {
      let index = 0;
      for (;;) {
        let child = 2 * index + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
        if (!before(heap[child]!, last)) break;
        heap[index] = heap[child]!;
        index = child;
      }
      heap[index] = last;
    }
    this.now = top.at;
    this.events += 1;
    top.run();
    return true;
  }

  get whole(): boolean {
    return this.#cuts.size === 0;
  }

  isCut(from: string, to: string): boolean {
    return from !== to && this.#cuts.has(`${from}>${to}`);
  }

  cut(from: string, to: string): void {
    const key = `${from}>${to}`;
    this.#cuts.set(key, (this.#cuts.get(key) ?? 0) + 1);
  }

  mend(from: string, to: string): void {
    const key = `${from}>${to}`;
    const count = (this.#cuts.get(key) ?? 0) - 1;
    if (count > 0) this.#cuts.set(key, count);
    else this.#cuts.delete(key);
  }

  /** One way, in ms. */
  delay(from: string, to: string): number {
    const { random } = this;
    const linkMs = this.slowLinks.get(`${from}>${to}`);
    if (linkMs !== undefined) return random.between(1, linkMs);
    if (this.slow > 0 && random.chance(0.3)) return random.between(1, this.slow);
    return random.chance(0.02) ? random.between(2, 40) : random.between(0.2, 2);
  }

  /** A datagram: late, twice or never. Two of them may overtake each other. */
  send(from: string, to: string, deliver: () => void): void {
    const { random } = this;
    const copies = from !== to && this.loss > 0 && random.chance(this.loss / 3) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (from !== to && this.loss > 0 && random.chance(this.loss)) continue;
      if (this.isCut(from, to)) continue;
      this.after(from === to ? random.between(0.05, 0.5) : this.delay(from, to), () => {
        if (!this.isCut(from, to)) deliver();
      });
    }
  }
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A process that may be stopped and go on: what came meanwhile is there when it does, of several connections in any order. */
export class Process {
  paused = false;
  readonly #inbox: { readonly run: () => void; readonly connection: number | null }[] = [];

  /** `connection` null: of its own, or of nobody whose place among others matters. */
  deliver(run: () => void, connection: number | null = null): void {
    if (this.paused) this.#inbox.push({ run, connection });
    else run();
  }

  resume({ random, after }: Pick<World, 'random' | 'after'>): void {
    this.paused = false;
    const waiting = this.#inbox.splice(0);
    const connections = new Set(waiting.flatMap(({ connection }) => connection ?? []));
    const late = connections.size > 1 ? random.pick([...connections]) : null;
    for (const { run, connection } of waiting) if (late === null || connection !== late) this.deliver(run, connection);
    if (late === null) return;
    after(random.between(0, 10), () => {
      for (const { run, connection } of waiting) if (connection === late) this.deliver(run, connection);
    });
  }

  forget(): void {
    this.#inbox.length = 0;
  }
}

/** A host's monotonic clock. */
export class Clock {
  constructor(
    readonly world: World,
    readonly rate: number,
    readonly offset: number,
  ) {}

  get now(): number {
    return this.world.now * this.rate + this.offset;
  }

  /** How long, in the world's time, until it shows that. */
  until(at: number): number {
    return (at - this.now) / this.rate;
  }
}
