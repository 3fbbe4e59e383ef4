import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** Last lines of a file that is rotated to `.1`, `.2`, read from its end: how big the files are does not matter. */
const blockBytes = 64 * 1024;
const bytesMax = 16 * 1024 * 1024;

const generations = 2;

/** `from`: bytes that the newest file had before what is wanted, unless it was turned over since. */
export function lastLines(path: string, count: number, from = 0): string[] {
  const lines: string[] = [];
  for (let generation = 0; generation < generations && lines.length < count; generation++) {
    const file = generation === 0 ? path : `${path}.${generation}`;
    // Just turned over: the new one comes with its first line.
    if (!existsSync(file)) continue;
    if (generation === 0 && from > 0 && statSync(file).size >= from) return linesAtEnd(file, count, from);
    lines.unshift(...linesAtEnd(file, count - lines.length));
  }
  return lines;
}

function linesAtEnd(path: string, count: number, from = 0): string[] {
  if (count <= 0) return [];
  const file = openSync(path, 'r');
  try {
    let position = fstatSync(file).size;
    const end = position;
    let blocks: Buffer[] = [];
    let newlines = 0;
    while (position > from && newlines <= count && end - position < bytesMax) {
      const length = Math.min(blockBytes, position - from);
      position -= length;
      const block = Buffer.alloc(length);
      readSync(file, block, 0, length, position);
      for (const byte of block) if (byte === 10) newlines += 1;
      blocks = [block, ...blocks];
    }
    const lines = Buffer.concat(blocks).toString().split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.slice(-count);
  } finally {
    closeSync(file);
  }
}
