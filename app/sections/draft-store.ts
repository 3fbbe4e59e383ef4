import type { SectionsDraft } from '~/app/lib/config-draft.ts';

type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** One draft in the browser's storage, which all tabs share: what one writes the others show. */
export class DraftStore {
  readonly #heard = new Set<() => void>();
  #value: SectionsDraft | null;
  /** False: larger than what the storage takes. */
  kept = true;

  constructor(readonly key: string, private readonly components: { readonly storage: Kept | null; readonly parse: (text: string | null) => SectionsDraft | null }) {
    this.#value = this.#stored();
  }

  readonly read = (): SectionsDraft | null => this.#value;

  write(next: SectionsDraft | null): void {
    if (next === this.#value) return;
    this.#value = next;
    const { storage } = this.components;
    try {
      if (next === null) storage?.removeItem(this.key);
      else storage?.setItem(this.key, JSON.stringify(next));
      this.kept = true;
    } catch {
      // An old one would come back after a reload as if it were this one.
      storage?.removeItem(this.key);
      this.kept = false;
    }
    this.#tell();
  }

  readonly listen = (changed: () => void): (() => void) => {
    const elsewhere = ({ key }: StorageEvent) => {
      // What this tab holds alone is not to go because another one has stored nothing.
      if ((key !== this.key && key !== null) || !this.kept) return;
      this.#value = this.#stored();
      this.#tell();
    };
    this.#heard.add(changed);
    window.addEventListener('storage', elsewhere);
    return () => {
      this.#heard.delete(changed);
      window.removeEventListener('storage', elsewhere);
    };
  };

  #stored = (): SectionsDraft | null => this.components.parse(this.components.storage?.getItem(this.key) ?? null);

  #tell(): void {
    for (const changed of this.#heard) changed();
  }
}
