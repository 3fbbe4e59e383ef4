import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { bundleFor, type Bundle } from '~/core/roles/bundle.ts';
import { hashOf } from '~/link/hash.ts';

/** What this instance runs of custom roles in each configuration. A configuration is never changed in place: it is worked out once. */
export class Bundles {
  readonly #uuid: string;
  readonly #known = new WeakMap<ClusterConfig, Bundle>();

  constructor(uuid: string) {
    this.#uuid = uuid;
  }

  of(config: ClusterConfig): Bundle {
    const known = this.#known.get(config);
    if (known) return known;
    const fresh = bundleFor(config, this.#uuid, { hashOf });
    this.#known.set(config, fresh);
    return fresh;
  }
}
