/** Puts lines together from what comes in pieces. */
export class Lines {
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(readonly bytesMax: number) {}

  /** Those that are whole now, without their ends; to be taken all. Throws behind them where the next is longer than `bytesMax`. */
  *push(chunk: Buffer): Generator<string> {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, end);
      const line = (this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last])).toString('utf8');
      this.#parts = [];
      this.#bytes = 0;
      from = end + 1;
      yield line;
    }
    if (from === chunk.length) return;
    this.#parts.push(chunk.subarray(from));
    this.#bytes += chunk.length - from;
    if (this.#bytes > this.bytesMax) throw new Error(`a line of more than ${this.bytesMax} bytes`);
  }
}
