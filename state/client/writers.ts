/**
 * Changes, each done at most once: whoever sends one takes a slot for it (see `Transaction`), and knows from the slot
 * what became of it, whichever copy was executed. A slot whose last change was left unanswered is settled before it is
 * used again, so what was given up can never be done behind a later change's back.
 */
import type { Clock } from '~/iproto/clock.ts';
import { OutcomeUnknown, ProviderUnavailable } from '../errors.ts';
import type { CallOptions, Committed } from '../provider.ts';
import { look, Unanswered, type Backend, type Transaction, type Verdict } from './backend.ts';
import { Deadline } from './deadline.ts';

export const slotsMax = 16;
const waitingMax = 1_000;

export type Order = Omit<Transaction, 'slot' | 'id'>;

type Settled = 'done' | 'notDone';
type Left = { readonly id: string; readonly revision: number | null; settled: Settled | null };
/** `revision` undefined: to be read first. `left`: the unanswered change. */
type Slot = { readonly key: string; revision: number | null | undefined; left: Left | null };

export type WritersComponents = {
  readonly backend: Backend;
  readonly clock: Clock;
  /** A slot is at an earlier revision than it was. */
  readonly older: (from: number, to: number) => void;
};

export class Writers {
  readonly #backend: Backend;
  readonly #clock: Clock;
  readonly #older: (from: number, to: number) => void;
  readonly #name: string;
  readonly #run: string;
  readonly #free: Slot[] = [];
  readonly #waiting: ((slot: Slot) => void)[] = [];
  #slots = 0;
  #count = 0;

  /** `name`: this client's, the same after a restart and no other's. `run`: another one at each start. */
  constructor(components: WritersComponents, { name, run }: { readonly name: string; readonly run: string }) {
    this.#backend = components.backend;
    this.#clock = components.clock;
    this.#older = components.older;
    this.#name = name;
    this.#run = run;
  }

  async commit(order: Order, deadline: Deadline): Promise<Committed> {
    const slot = await this.#take(deadline);
    try {
      return await this.#commit(slot, order, deadline);
    } finally {
      this.#giveBack(slot);
    }
  }

  async #commit(slot: Slot, order: Order, deadline: Deadline): Promise<Committed> {
    for (;;) {
      if (slot.left) await this.#settle(slot, slot.left, deadline);
      const revision = slot.revision === undefined ? await this.#position(slot, deadline) : slot.revision;
      this.#count += 1;
      const id = `${this.#run}.${this.#count}`;
      const verdict = await this.#transact(slot, { ...order, slot: { key: slot.key, revision }, id }, deadline);
      switch (verdict.kind) {
        case 'done':
          slot.revision = verdict.revision;
          return { done: true, revision: verdict.revision };
        case 'refused':
          slot.revision = verdict.revision;
          return { done: false, revision: verdict.revision, found: verdict.found };
        case 'moved': {
          this.#compare(revision, verdict);
          slot.revision = verdict.slot?.revision ?? null;
          if (verdict.slot?.value === `${id} done`) return { done: true, revision: verdict.slot.revision };
          if (verdict.slot?.value === `${id} refused`) return await this.#found(order, deadline);
          // A change that an earlier run of this client left behind. Only this one copy was sent, and did nothing: again.
          if (verdict.attempts > 1) throw this.#unknown(slot, { id, revision, settled: null });
        }
      }
    }
  }

  async #transact(slot: Slot, transaction: Transaction, deadline: Deadline): Promise<Verdict> {
    const { id, slot: { revision } } = transaction;
    const options = deadline.part('a change');
    try {
      return await this.#backend.transact(transaction, options);
    } catch (error) {
      if (error instanceof Unanswered) throw this.#unknown(slot, { id, revision, settled: null }, error);
      throw error;
    }
  }

  #unknown(slot: Slot, left: Left, cause?: Error): OutcomeUnknown {
    slot.left = left;
    slot.revision = undefined;
    const error = new OutcomeUnknown(cause?.message ?? `another process writes under the name ${this.#name}`, async ({ timeoutMs }: CallOptions) => {
      return left.settled ?? (await this.#settle(slot, left, new Deadline(this.#clock, timeoutMs)));
    });
    if (cause) error.cause = cause;
    return error;
  }

  /**
   * Moves the slot by an order that can never hold: then the change that was left either is there, or never will be.
   * May run twice at once: whoever then finds a later change in the slot comes after the other's answer. One that finds
   * another's in it, also of a store that was put back to a backup, tells so once: the slot goes on from there.
   */
  async #settle(slot: Slot, left: Left, deadline: Deadline): Promise<Settled> {
    const never: Transaction = { when: [{ key: slot.key, revision: -1 }], put: [], remove: [], takesOver: false, slot: { key: slot.key, revision: left.revision }, id: left.id };
    let verdict: Verdict;
    try {
      verdict = await this.#backend.transact(never, deadline.part('finding out what became of a change'));
    } catch (error) {
      if (error instanceof Unanswered) throw new ProviderUnavailable(error.message);
      throw error;
    }
    if (verdict.kind === 'moved') this.#compare(left.revision, verdict);
    left.settled ??= meaning(verdict, left.id);
    if (slot.left === left) slot.left = null;
    if (left.settled === null) throw new ProviderUnavailable(`nobody can tell what became of a change: another process writes under the name ${this.#name}`);
    return left.settled;
  }

  #compare(before: number | null, { slot }: Extract<Verdict, { kind: 'moved' }>): void {
    const now = slot?.revision ?? 0;
    if (before !== null && now < before) this.#older(before, now);
  }

  async #position(slot: Slot, deadline: Deadline): Promise<number | null> {
    const { entries } = await look(this.#backend, { keys: [slot.key] }, deadline.part('a change'));
    slot.revision = entries.get(slot.key)?.revision ?? null;
    return slot.revision;
  }

  async #found({ when }: Order, deadline: Deadline): Promise<Committed> {
    const { revision, entries } = await look(this.#backend, { keys: when.map(({ key }) => key) }, deadline.part('reading what stands against a change'));
    return { done: false, revision, found: entries };
  }

  async #take(deadline: Deadline): Promise<Slot> {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#slots === slotsMax) return await this.#wait(deadline);
    this.#slots += 1;
    return { key: `writers/${this.#name}/${this.#slots}`, revision: undefined, left: null };
  }

  #wait(deadline: Deadline): Promise<Slot> {
    const { timeoutMs } = deadline.part('a change');
    if (this.#waiting.length >= waitingMax) throw new ProviderUnavailable(`${waitingMax} changes wait already`);
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(timeoutMs, () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(new ProviderUnavailable(`${slotsMax} changes at once are under way already`));
      });
      const take = (slot: Slot) => {
        cancel();
        resolve(slot);
      };
      this.#waiting.push(take);
    });
  }

  #giveBack(slot: Slot): void {
    const next = this.#waiting.shift();
    if (next) next(slot);
    else this.#free.push(slot);
  }
}

/** Null: somebody else moved the slot. */
function meaning(verdict: Verdict, id: string): Settled | null {
  if (verdict.kind !== 'moved') return 'notDone';
  if (verdict.slot?.value === `${id} done`) return 'done';
  return verdict.slot?.value === `${id} refused` ? 'notDone' : null;
}
