import { watch } from 'node:fs';

/** An editor writes a file in several goes, and a checkout many files. */
const quietMs = 150;

/** Once at the start, then once for each burst of changes in the folder, until the signal. What changes while one is dealt with counts for the next. */
export async function* watched(folder: string, signal: AbortSignal): AsyncGenerator<void> {
  const seen = { changed: false, wake: () => {} };
  const told = () => {
    seen.changed = true;
    seen.wake();
  };
  const watcher = watch(folder, { recursive: true }, told);
  signal.addEventListener('abort', told, { once: true });
  try {
    yield;
    for (;;) {
      while (!seen.changed && !signal.aborted) await new Promise<void>((resolve) => (seen.wake = resolve));
      if (signal.aborted) return;
      while (seen.changed && !signal.aborted) {
        seen.changed = false;
        await new Promise((resolve) => setTimeout(resolve, quietMs));
      }
      if (!signal.aborted) yield;
    }
  } finally {
    signal.removeEventListener('abort', told);
    watcher.close();
  }
}
