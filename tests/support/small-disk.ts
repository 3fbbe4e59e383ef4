import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a few megabytes that a test can fill to the last byte. Only root may mount it. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  static mount(path: string, { megabytes }: { megabytes: number }): SmallDisk {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`cannot mount a small disk at ${path}: ${stderr}`);
    return new SmallDisk(path);
  }

  /** False where nothing can be mounted, as without root. */
  static get possible(): boolean {
    const folder = mkdtempSync(join(tmpdir(), 'coterie-mount-'));
    try {
      SmallDisk.mount(folder, { megabytes: 1 }).unmount();
      return true;
    } catch {
      return false;
    } finally {
      rmdirSync(folder);
    }
  }

  /** To the last byte, but for `freeBytes`. */
  fill({ freeBytes = 0 } = {}): void {
    if (freeBytes > 0) write(join(this.path, 'reserve'), freeBytes);
    write(join(this.path, 'filler'), Infinity);
    rmSync(join(this.path, 'reserve'), { force: true });
  }

  free(): void {
    rmSync(join(this.path, 'filler'));
  }

  unmount(): void {
    // Lazily: a process that ends late may still have a file open.
    spawnSync('umount', ['--lazy', this.path]);
  }
}

function write(path: string, bytes: number): void {
  const file = openSync(path, 'w');
  try {
    for (let left = bytes; left > 0; ) left -= writeSync(file, Buffer.alloc(Math.min(left, 64 * 1024)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
