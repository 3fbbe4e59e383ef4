import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { CommittedVersion } from '~/core/apply/version.ts';
import { parseConfig } from '~/core/config/parse.ts';

/** One copy of each configuration for all instances of this process: hundreds of them get the same text at a time. */

type Parsed = ReturnType<typeof parseConfig>;
const keptMax = 8;

export class Documents {
  readonly #kept = new Map<string, { text: string; parsed: Parsed }>();

  readonly parse = (text: string): Parsed => this.#of(text).parsed;

  configOf(version: CommittedVersion | null): ClusterConfig | null {
    return version === null ? null : this.parse(version.text).config;
  }

  /** The same version with the text that is kept already. */
  shared<V extends CommittedVersion>(version: V): V {
    return { ...version, text: this.#of(version.text).text };
  }

  #of(text: string): { text: string; parsed: Parsed } {
    const known = this.#kept.get(text);
    if (known) return known;
    const fresh = { text, parsed: parseConfig(text) };
    this.#kept.set(text, fresh);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptMax) break;
      this.#kept.delete(oldest);
    }
    return fresh;
  }
}
