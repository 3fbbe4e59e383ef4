import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A file system of a few megabytes that a test can fill to the last byte. Root mounts it; anybody else mounts it in a
 * user and mount namespace of a process that does nothing but hold it, and reaches it through that process's root.
 * SQLite follows links by their text and misses it there: what uses it starts its program by the words in `inside`.
 */
export class SmallDisk {
  private constructor(
    readonly path: string,
    readonly inside: readonly string[],
    readonly unmount: () => void,
  ) {}

  static async mount(path: string, { megabytes }: { megabytes: number }): Promise<SmallDisk> {
    const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs'];
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const { status, stderr, error } = spawnSync('mount', [...options, path], { encoding: 'utf8' });
    // Lazily: a process that ends late may still have a file open.
    if (status === 0) return new SmallDisk(path, [], () => spawnSync('umount', ['--lazy', path]));
    rmSync(path, { recursive: true });
    return SmallDisk.#held(path, { options, refusal: error?.message ?? stderr.trim() });
  }

  static async #held(path: string, { options, refusal }: { options: string[]; refusal: string }): Promise<SmallDisk> {
    const hold = 'mount "$@" && echo mounted && exec cat';
    const folder = `${path}.mounted`;
    mkdirSync(folder, { mode: 0o700 });
    // Ends by itself when the pipe to it is closed, so also when the tests are killed.
    const holder = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', hold, 'sh', ...options, folder], { stdio: 'pipe' });
    let said = '';
    for (const output of [holder.stdout, holder.stderr]) output.on('data', (data: Buffer) => (said += data.toString()));
    const mounted = await new Promise<boolean>((resolve) => {
      holder.stdout.once('data', () => resolve(true));
      holder.once('error', (error) => resolve(((said += error.message), false)));
      holder.once('close', () => resolve(false));
    });
    if (!mounted) throw new Error(`this test needs a small file system of its own, and cannot mount one. As this user: ${refusal}. In a user namespace (unshare, of util-linux): ${said.trim()}. Run it as root, or allow user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns).`);
    symlinkSync(join(`/proc/${holder.pid}/root`, folder), path);
    const inside = ['nsenter', '--user', '--mount', '--preserve-credentials', '--target', String(holder.pid)];
    return new SmallDisk(path, inside, () => {
      holder.kill('SIGKILL');
      rmSync(path);
    });
  }

  /** To the last byte, but for `freeBytes`. */
  fill(freeBytes = 0): void {
    if (freeBytes > 0) write(join(this.path, 'reserve'), freeBytes);
    write(join(this.path, 'filler'), Infinity);
    rmSync(join(this.path, 'reserve'), { force: true });
  }

  free(): void {
    rmSync(join(this.path, 'filler'), { force: true });
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
