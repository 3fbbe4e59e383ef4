import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '~/core/roles/bundle.ts';
import { bundleIndex, roleText } from '~/core/roles/bundle-text.ts';

/** As lua/roles/bundle.lua reads one. */
export type BundlePlace = { readonly folder: string; readonly hash: string; readonly sums: readonly string[] };

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
  readonly #lent = new Set<Bundle>();
  /** Sums of the roles that were written by this agent: a machine that was cut off may have lost a part of any other. */
  readonly #written = new Set<string>();
  readonly #there: Set<string>;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#there = new Set(readdirSync(folder));
    const path = join(folder, inForce);
    this.#inForce = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(1) : [];
  }

  /** Has it in force from the next start of Tarantool on. */
  keep(bundle: Bundle): BundlePlace {
    if (this.#kept !== bundle.hash) {
      this.#kept = null;
      this.#writeRoles(bundle);
      this.#write(inForce, bundleIndex(bundle));
      this.#inForce = bundle.sums;
      this.#kept = bundle.hash;
      this.#tidyUp();
    }
    return this.#placeOf(bundle);
  }

  /** Its roles are there while `use` works. */
  async lend<T>(bundle: Bundle, use: (place: BundlePlace) => Promise<T>): Promise<T> {
    this.#lent.add(bundle);
    this.#latest = bundle;
    try {
      this.#writeRoles(bundle);
      return await use(this.#placeOf(bundle));
    } finally {
      this.#lent.delete(bundle);
      this.#tidyUp();
    }
  }

  #placeOf({ hash, sums }: Bundle): BundlePlace {
    return { folder: this.#folder, hash, sums };
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
    this.#there.add(name);
  }

  /** Takes away what no bundle here names. */
  #tidyUp(): void {
    const wanted = new Set([inForce, ...this.#inForce, ...[this.#latest, ...this.#lent].flatMap((bundle) => bundle?.sums ?? [])]);
    for (const name of this.#there) {
      if (wanted.has(name)) continue;
      rmSync(join(this.#folder, name), { force: true });
      this.#there.delete(name);
      this.#written.delete(name);
    }
  }
}
