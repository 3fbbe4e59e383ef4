import { open, type FileHandle } from 'node:fs/promises';

/** Any page of a large file of lines: the place of each 256th line is kept, so a page costs what it holds. */

const markEvery = 256;
const chunkBytes = 256 * 1024;
const newline = 0x0a;

export type LineIndex = { readonly marks: readonly number[]; readonly lines: number };

export async function indexLines(path: string): Promise<LineIndex> {
  const file = await open(path, 'r');
  try {
    const marks = [0];
    let lines = 0;
    for await (const { chunk, at } of chunks(file, 0)) {
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, end + 1)) {
        lines += 1;
        if (lines % markEvery === 0) marks.push(at + end + 1);
      }
    }
    return { marks, lines };
  } finally {
    await file.close();
  }
}

/** At least one line where there is one, and no more than `bytesMax` beyond that. */
export async function readLines(path: string, index: LineIndex, { offset, limit, bytesMax }: { offset: number; limit: number; bytesMax: number }): Promise<string[]> {
  if (offset >= index.lines || limit <= 0) return [];
  const file = await open(path, 'r');
  try {
    const result: string[] = [];
    let skip = offset % markEvery;
    let bytes = 0;
    let parts: Buffer[] = [];
    for await (const { chunk } of chunks(file, index.marks[Math.floor(offset / markEvery)] ?? 0)) {
      let from = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
        const line = Buffer.concat([...parts, chunk.subarray(from, end)]);
        parts = [];
        from = end + 1;
        if (skip > 0) {
          skip -= 1;
          continue;
        }
        bytes += line.length;
        if (result.length > 0 && bytes > bytesMax) return result;
        result.push(line.toString());
        if (result.length >= limit) return result;
      }
      parts.push(chunk.subarray(from));
    }
    return result;
  } finally {
    await file.close();
  }
}

async function* chunks(file: FileHandle, from: number): AsyncGenerator<{ chunk: Buffer; at: number }> {
  for (let at = from; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at);
    if (bytesRead === 0) return;
    yield { chunk: buffer.subarray(0, bytesRead), at };
    at += bytesRead;
  }
}
