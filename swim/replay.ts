/**
 * Refuses datagrams that were recorded and sent again. Each sender numbers its datagrams within a generation; whatever
 * is not above the highest number known half a minute ago is older than that. Duplicates and late ones inside the
 * window pass: the protocol does not mind them.
 */

type Sender = {
  generation: bigint;
  highest: number;
  highestAtMs: number;
  /** What the highest number was at some earlier times, oldest first. */
  marks: { readonly atMs: number; readonly highest: number }[];
};

export type ReplayOptions = {
  readonly windowMs: number;
  /** Senders remembered; the one longest silent is forgotten first. */
  readonly sendersMax: number;
};

const marksPerWindow = 3;

export class ReplayWindow {
  readonly #options: ReplayOptions;
  readonly #senders = new Map<string, Sender>();

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  get senders(): number {
    return this.#senders.size;
  }

  accepts(now: number, uuid: string, { generation, sequence }: { generation: bigint; sequence: number }): boolean {
    const sender = this.#senders.get(uuid);
    if (sender === undefined || generation > sender.generation) {
      this.#remember(uuid, { generation, highest: sequence, highestAtMs: now, marks: [] });
      return true;
    }
    if (generation < sender.generation || sequence <= this.#floor(now, sender)) return false;
    if (sequence > sender.highest) this.#raise(now, sender, sequence);
    this.#remember(uuid, sender);
    return true;
  }

  /** The highest number that is surely older than the window. */
  #floor(now: number, sender: Sender): number {
    const limit = now - this.#options.windowMs;
    if (sender.highestAtMs <= limit) return sender.highest;
    let floor = -1;
    for (const mark of sender.marks) if (mark.atMs <= limit) floor = mark.highest;
    return floor;
  }

  #raise(now: number, sender: Sender, sequence: number): void {
    const last = sender.marks.at(-1);
    if (last === undefined || now - last.atMs >= this.#options.windowMs / marksPerWindow) {
      sender.marks.push({ atMs: sender.highestAtMs, highest: sender.highest });
      if (sender.marks.length > marksPerWindow + 2) sender.marks.shift();
    }
    sender.highest = sequence;
    sender.highestAtMs = now;
  }

  /** A map keeps insertion order: taken out and put back, the first is the one longest silent. */
  #remember(uuid: string, sender: Sender): void {
    this.#senders.delete(uuid);
    this.#senders.set(uuid, sender);
    if (this.#senders.size <= this.#options.sendersMax) return;
    const [oldest] = this.#senders.keys();
    if (oldest !== undefined) this.#senders.delete(oldest);
  }
}
