import { forgettable, type Mark, type Moment } from '~/core/issues/marks.ts';
import type { Store } from '~/server/store/index.ts';

/** What people have said about issues, as the database has it; each picture of the cluster is made with it. */
export class Marks {
  #all: readonly Mark[] = [];
  readonly #listeners: (() => void)[] = [];

  constructor(readonly store: Pick<Store, 'issueMarks'>) {}

  /** Also those that are over and not forgotten yet. */
  get all(): readonly Mark[] {
    return this.#all;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Looks whether another server has marked something. */
  async refresh(): Promise<void> {
    const all = await this.store.issueMarks.list();
    if (JSON.stringify(all) === JSON.stringify(this.#all)) return;
    this.#all = all;
    for (const listener of this.#listeners) listener();
  }

  /** Made, or made anew; what is long over goes on this occasion. */
  async put(mark: Mark, moment: Moment): Promise<void> {
    for (const old of forgettable(this.#all, moment)) await this.store.issueMarks.remove(old);
    await this.store.issueMarks.put(mark);
    await this.refresh();
  }

  /** False: it is another one by now, or gone. */
  async remove(mark: Mark): Promise<boolean> {
    const removed = await this.store.issueMarks.remove(mark);
    await this.refresh();
    return removed;
  }
}
