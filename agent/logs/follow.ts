import { existsSync, openSync, closeSync, readSync, fstatSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** New lines of a log file as they come. A file that has shrunk or was replaced was rotated: reading starts over. */
const everyMs = 200;
const readBytesMax = 1024 * 1024;
const lineBytesMax = 64 * 1024;

export async function* follow(path: string, signal: AbortSignal): AsyncGenerator<string> {
  let position = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  let inode = statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
  let rest = '';
  while (!signal.aborted) {
    const seen = existsSync(path) ? readFrom(path, { position, inode }) : null;
    if (seen !== null) {
      ({ position, inode } = seen);
      const lines = (rest + seen.text).split('\n');
      rest = (lines.pop() ?? '').slice(-lineBytesMax);
      yield* lines;
      if (seen.text.length > 0) continue;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

function readFrom(path: string, { position, inode }: { position: number; inode: number }): { position: number; inode: number; text: string } {
  const file = openSync(path, 'r');
  try {
    const { size, ino } = fstatSync(file);
    const from = ino !== inode || size < position ? 0 : position;
    const buffer = Buffer.alloc(Math.min(readBytesMax, size - from));
    const length = readSync(file, buffer, 0, buffer.length, from);
    return { position: from + length, inode: ino, text: buffer.toString('utf8', 0, length) };
  } finally {
    closeSync(file);
  }
}
