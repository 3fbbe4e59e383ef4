import { existsSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { overwriteSynced, writeSynced } from '~/agent/data/atomic-file.ts';

/**
 * Where a candidate is written. A change waits for that at every member, and a new file takes the disk several times as
 * long as bytes on blocks that a file has: its length and its name have to go there too, through one journal for all members of
 * a host. So the file of a version that is not kept any more is written over.
 */
export class CandidateFile {
  /** A file that was taken over, and whether its new name is on the disk. */
  #spare: { settled: boolean } | null = null;

  constructor(readonly path: string) {}

  /** On the disk when it resolves; what follows its end there is left of an older version. */
  async write(parts: readonly (string | Uint8Array)[]): Promise<void> {
    const spare = this.#spare;
    this.#spare = null;
    if (spare?.settled) return overwriteSynced(this.path, parts);
    // By a power cut, a name that is not on the disk becomes again what it was: that of a version.
    if (existsSync(this.path)) unlinkSync(this.path);
    await writeSynced(this.path, parts);
  }

  /** Takes the file over, to be written over once `settled` is called: when the folder is on the disk. Null where it stays as it is. */
  take(old: string, bytesMax: number): { settled: () => void } | null {
    if (existsSync(this.path) || (statSync(old, { throwIfNoEntry: false })?.size ?? Infinity) > bytesMax) return null;
    renameSync(old, this.path);
    const spare = { settled: false };
    this.#spare = spare;
    return { settled: () => void (spare.settled = true) };
  }
}
