/** A key that stands while this process does: written under a session, and again under a new one when that is lost. */
import type { Clock } from '~/iproto/clock.ts';
import type { CallOptions, Committed, Presence } from '../provider.ts';
import type { Backend } from './backend.ts';
import { Session } from './session.ts';
import type { Order } from './writers.ts';

export type RegistrationComponents = {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly random: () => number;
  readonly order: (order: Order, timeoutMs: number) => Promise<Committed>;
};

export type RegistrationOptions = { readonly key: string; readonly value: string; readonly ttlMs: number };

export class Registration implements Presence {
  readonly #components: RegistrationComponents;
  readonly #options: RegistrationOptions;
  #session: Session | null = null;
  #present = false;
  #closed = false;
  #cancelRetry = () => {};

  constructor(components: RegistrationComponents, options: RegistrationOptions) {
    this.#components = components;
    this.#options = options;
  }

  get present(): boolean {
    return this.#present;
  }

  start(): void {
    void this.#register();
  }

  async close({ timeoutMs }: CallOptions): Promise<void> {
    this.#closed = true;
    this.#present = false;
    this.#cancelRetry();
    await this.#session?.end(timeoutMs);
  }

  async #register(): Promise<void> {
    const { key, value, ttlMs } = this.#options;
    const session = new Session(this.#components, { ttlMs }, () => {
      this.#present = false;
      this.#again(0);
    });
    this.#session = session;
    try {
      await session.open(ttlMs);
      await this.#components.order({ when: [], put: [{ key, value, session: session.id }], remove: [], takesOver: false }, ttlMs);
      if (this.#closed) await session.end(ttlMs / 4);
      else if (!session.over) this.#present = true;
    } catch {
      if (session.over) return;
      await session.end(ttlMs / 4);
      this.#again(ttlMs / 4);
    }
  }

  #again(delayMs: number): void {
    if (this.#closed) return;
    this.#cancelRetry();
    this.#cancelRetry = this.#components.clock.after(delayMs * (0.5 + this.#components.random()), () => void this.#register());
  }
}
