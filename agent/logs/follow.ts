import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** New lines of a log file as they come. One that was turned over is read to its end under its new name, and then the new one. */
const everyMs = 200;
const readBytesMax = 1024 * 1024;
const lineBytesMax = 64 * 1024;

type Place = { readonly position: number; readonly inode: number };

export async function* follow(path: string, signal: AbortSignal): AsyncGenerator<string> {
  const now = statSync(path, { throwIfNoEntry: false });
  let place: Place = { position: now?.size ?? 0, inode: now?.ino ?? 0 };
  let rest = '';
  while (!signal.aborted) {
    const seen = readOn(path, place);
    place = seen;
    const lines = (rest + seen.text).split('\n');
    rest = (lines.pop() ?? '').slice(-lineBytesMax);
    yield* lines;
    if (seen.text.length > 0) continue;
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

function readOn(path: string, place: Place): Place & { text: string } {
  const before = readIf(`${path}.1`, place, (inode) => inode === place.inode);
  if (before !== null && before.text.length > 0) return before;
  return readIf(path, place, () => true) ?? { ...place, text: '' };
}

/** Null where the file is missing or not the one. A file that has shrunk is read from its start. */
function readIf(path: string, place: Place, isIt: (inode: number) => boolean): (Place & { text: string }) | null {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
  const file = openSync(path, 'r');
  try {
    const { size, ino } = fstatSync(file);
    if (!isIt(ino)) return null;
    const from = ino !== place.inode || size < place.position ? 0 : place.position;
    const buffer = Buffer.alloc(Math.min(readBytesMax, size - from));
    const length = readSync(file, buffer, 0, buffer.length, from);
    return { position: from + length, inode: ino, text: buffer.toString('utf8', 0, length) };
  } finally {
    closeSync(file);
  }
}
