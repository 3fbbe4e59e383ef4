import { rename, rm, writeFile } from 'node:fs/promises';
import type { Bundle } from '~/core/roles/bundle.ts';
import { bundleText } from '~/core/roles/bundle-text.ts';

/**
 * Bundles go to Tarantool as files: a big one would hold up what else comes over the control socket, and the one in force
 * is there when Tarantool starts, before anybody can call. What is lost with a machine is written again by the agent.
 */
export class BundleFiles {
  readonly #path: string;
  #written: string | null = null;
  #next = 1;

  constructor(path: string) {
    this.#path = path;
  }

  /** The file of what is to be in force. */
  async keep(bundle: Bundle): Promise<string> {
    if (this.#written === bundle.hash) return this.#path;
    this.#written = null;
    await writeFile(`${this.#path}.new`, bundleText(bundle), { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
    this.#written = bundle.hash;
    return this.#path;
  }

  /** A file of its own while `use` works. */
  async lend<T>(bundle: Bundle, use: (path: string) => Promise<T>): Promise<T> {
    const path = `${this.#path}.check-${this.#next++}`;
    try {
      await writeFile(path, bundleText(bundle), { mode: 0o600 });
      return await use(path);
    } finally {
      await rm(path, { force: true });
    }
  }
}
