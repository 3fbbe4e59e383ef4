import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Bundle } from '~/core/roles/bundle.ts';
import { bundleText } from '~/core/roles/bundle-text.ts';

/**
 * Bundles go to Tarantool as files: a big one would hold up what else comes over the control socket, and the one in force
 * is there when Tarantool starts, before anybody can call. What is lost with a machine is written again by the agent.
 *
 * Nothing here waits for the disk, so nothing goes to the thread pool (data/atomic-file.ts).
 */
export class BundleFiles {
  readonly #path: string;
  #written: string | null = null;
  #next = 1;

  constructor(path: string) {
    this.#path = path;
  }

  /** The file of what is to be in force. */
  keep(bundle: Bundle): string {
    if (this.#written === bundle.hash) return this.#path;
    this.#written = null;
    writeFileSync(`${this.#path}.new`, bundleText(bundle), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#written = bundle.hash;
    return this.#path;
  }

  /** A file of its own while `use` works. */
  async lend<T>(bundle: Bundle, use: (path: string) => Promise<T>): Promise<T> {
    const path = `${this.#path}.check-${this.#next++}`;
    try {
      writeFileSync(path, bundleText(bundle), { mode: 0o600 });
      return await use(path);
    } finally {
      rmSync(path, { force: true });
    }
  }
}
