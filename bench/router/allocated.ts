/** What a Node process allocates on its heap, by the lines that `--trace-gc` prints: from the end of each collection to the beginning of the next. */
const collection = /^\[\d+:(0x[0-9a-f]+)\]\s+\d+ ms: .*? ([\d.]+) \([\d.]+\) -> ([\d.]+) \([\d.]+\) MB/;
const megabyte = 2 ** 20;

export const allocationFlags = ['--trace-gc'] as const;

export class Allocated {
  bytes = 0;
  collections = 0;
  #line = '';
  /** By isolate: each thread has its own heap. */
  readonly #leftMb = new Map<string, number>();

  read(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop()!;
    for (const line of lines) {
      const [, isolate, before, after] = collection.exec(line) ?? [];
      if (isolate === undefined) continue;
      this.bytes += (Number(before) - (this.#leftMb.get(isolate) ?? 0)) * megabyte;
      this.#leftMb.set(isolate, Number(after));
      this.collections += 1;
    }
  }
}
