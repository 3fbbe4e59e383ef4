import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '~/core/roles/bundle.ts';
import { bundleIndex, roleText } from '~/core/roles/bundle-text.ts';

const inForce = 'bundle';

/**
 * Bundles go to Tarantool as files: a big one would hold up what else comes over the control socket, and the one in force
 * is there when Tarantool starts, before anybody can call. Each role is a file, named by its sum, so that a version writes
 * and Tarantool reads only the roles that are others; a bundle is a list of sums. What is lost with a machine is written
 * again by the agent.
 *
 * Nothing here waits for the disk, so nothing goes to the thread pool (data/atomic-file.ts).
 */
export class BundleFiles {
  readonly #folder: string;
  /** Hash of the bundle that this agent has kept; null: it is written at the next occasion. */
  #kept: string | null = null;
  /** Sums of what is in force, by whichever agent. */
  #inForce: readonly string[];
  /** The newest one that was lent: mostly it is kept next. */
  #latest: Bundle | null = null;
  /** By the name of the file. */
  readonly #lent = new Map<string, Bundle>();
  /** Sums of the roles that were written by this agent: a machine that was cut off may have lost a part of any other. */
  readonly #written = new Set<string>();
  #next = 1;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, inForce);
    this.#inForce = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(1) : [];
  }

  /** The file of what is to be in force. */
  keep(bundle: Bundle): string {
    const path = join(this.#folder, inForce);
    if (this.#kept === bundle.hash) return path;
    this.#kept = null;
    this.#writeRoles(bundle);
    this.#write(inForce, bundleIndex(bundle));
    this.#inForce = bundle.sums;
    this.#kept = bundle.hash;
    this.#tidyUp();
    return path;
  }

  /** A file of its own while `use` works. */
  async lend<T>(bundle: Bundle, use: (path: string) => Promise<T>): Promise<T> {
    const name = `check-${this.#next++}`;
    this.#lent.set(name, bundle);
    this.#latest = bundle;
    try {
      this.#writeRoles(bundle);
      this.#write(name, bundleIndex(bundle));
      return await use(join(this.#folder, name));
    } finally {
      this.#lent.delete(name);
      this.#tidyUp();
    }
  }

  #writeRoles({ roles, sums }: Bundle): void {
    for (const [at, role] of roles.entries()) {
      const sum = sums[at]!;
      if (this.#written.has(sum)) continue;
      this.#write(sum, roleText(role));
      this.#written.add(sum);
    }
  }

  #write(name: string, text: string): void {
    const path = join(this.#folder, name);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** Takes away what no bundle here names. */
  #tidyUp(): void {
    const wanted = new Set([inForce, ...this.#inForce, ...(this.#latest?.sums ?? []), ...this.#lent.keys(), ...[...this.#lent.values()].flatMap(({ sums }) => sums)]);
    for (const name of readdirSync(this.#folder)) {
      if (wanted.has(name)) continue;
      rmSync(join(this.#folder, name), { force: true });
      this.#written.delete(name);
    }
  }
}
