/**
 * The state provider as its users see it, on top of any store: limits, identity, changes done at most once, watches
 * that go on, locks and presences. A store adds only what it alone knows (`Backend`).
 */
import type { Clock } from '~/iproto/clock.ts';
import { OutcomeUnknown, ProviderUnavailable } from '../errors.ts';
import { checkChange, checkKey, checkKeys, checkPrefix, checkTtl, checkValue } from '../limits.ts';
import type { CallOptions, Change, Committed, Entry, Lock, LockListener, LockOptions, Presence, ProviderHealth, ProviderKind, Snapshot, StateProvider, Watch, WatchListener } from '../provider.ts';
import { look, type Backend, type Wanted } from './backend.ts';
import { Campaign } from './campaign.ts';
import { Deadline } from './deadline.ts';
import { Follower } from './follower.ts';
import { Identity, identityKey } from './identity.ts';
import { Registration } from './registration.ts';
import { randomId } from './session.ts';
import { Writers, type Order } from './writers.ts';

export type StateClientComponents = {
  readonly backend: Backend;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
};

export type StateClientOptions = {
  /** The cluster's uuid: what the prefix is claimed for. */
  readonly cluster: string;
  /** This process's name, the same after its restart and nobody else's at the same time: an instance's uuid. */
  readonly client: string;
};

const goodbyeMs = 1_000;

export class StateClient implements StateProvider {
  readonly kind: ProviderKind;
  readonly place: string;
  readonly #components: StateClientComponents;
  readonly #identity: Identity;
  readonly #writers: Writers;
  readonly #watches = new Set<Watch>();
  readonly #locks = new Set<Campaign>();
  readonly #presences = new Set<Registration>();
  /** Of what was told: what begins later never finds an older store. */
  #newest = 0;
  #wentBack: ProviderHealth['wentBack'] = null;
  #closed = false;

  constructor(components: StateClientComponents, { cluster, client }: StateClientOptions) {
    checkKey(client);
    const { backend } = components;
    this.kind = backend.kind;
    this.place = backend.place;
    this.#components = components;
    this.#writers = new Writers({ ...components, older: (from, to) => this.#saw(to, from) }, { name: client, run: randomId(components.random) });
    this.#identity = new Identity({ backend, writers: this.#writers }, { cluster });
  }

  async read(keys: readonly string[], options: CallOptions): Promise<Snapshot> {
    checkKeys(keys);
    const { revision, entries } = await this.#look({ keys }, options);
    return { revision, entries: new Map(keys.map((key) => [key, entries.get(key) ?? null])) };
  }

  async list(prefix: string, options: CallOptions): Promise<{ readonly revision: number; readonly entries: ReadonlyMap<string, Entry> }> {
    checkPrefix(prefix);
    const { revision, entries } = await this.#look({ keys: [], prefix }, options);
    return { revision, entries: new Map([...entries].filter((pair): pair is [string, Entry] => pair[1] !== null && pair[0] !== identityKey)) };
  }

  async commit(change: Change, options: CallOptions): Promise<Committed> {
    checkChange(change);
    const { when, put = [], remove = [], takesOver = false } = change;
    return await this.#order({ when, put, remove, takesOver }, this.#deadline(options));
  }

  watch(prefix: string, { after }: { readonly after?: number }, listener: WatchListener): Watch {
    checkPrefix(prefix);
    this.#deadline({ timeoutMs: 0 });
    const list = (timeoutMs: number) => this.list(prefix, { timeoutMs });
    const follower = new Follower({ ...this.#components, list }, { prefix, ...(after === undefined ? {} : { after }) }, (event) => {
      if (event.kind === 'changed') this.#saw(event.revision);
      listener(event);
    });
    const watch = {
      close: () => {
        this.#watches.delete(watch);
        follower.close();
      },
    };
    this.#watches.add(watch);
    follower.start();
    return watch;
  }

  lock(name: string, { holder, ttlMs }: LockOptions, listener: LockListener): Lock {
    checkKey(name);
    checkTtl(ttlMs);
    this.#deadline({ timeoutMs: 0 });
    const campaign = new Campaign({ ...this.#components, ...this.#tools }, { key: name, holder, ttlMs }, listener);
    this.#locks.add(campaign);
    campaign.start();
    return campaign;
  }

  presence(key: string, value: string, { ttlMs }: { readonly ttlMs: number }): Presence {
    checkKey(key);
    checkValue(key, value);
    checkTtl(ttlMs);
    this.#deadline({ timeoutMs: 0 });
    const registration = new Registration({ ...this.#components, ...this.#tools }, { key, value, ttlMs });
    this.#presences.add(registration);
    registration.start();
    return registration;
  }

  get wentBack(): ProviderHealth['wentBack'] {
    return this.#wentBack;
  }

  async health(options: CallOptions): Promise<ProviderHealth> {
    return { ...(await this.#components.backend.health(options)), wentBack: this.#wentBack };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const timeoutMs = goodbyeMs;
    for (const watch of this.#watches) watch.close();
    await Promise.all([...[...this.#locks].map((lock) => lock.release({ timeoutMs })), ...[...this.#presences].map((presence) => presence.close({ timeoutMs }))]);
    this.#closed = true;
    this.#components.backend.close();
  }

  get #tools() {
    return {
      order: (order: Order, timeoutMs: number) => this.#order(order, this.#deadline({ timeoutMs })),
      read: (key: string, timeoutMs: number) => this.read([key], { timeoutMs }).then(({ entries }) => entries.get(key) ?? null),
      watch: (key: string, listener: WatchListener) => this.watch(key, {}, listener),
    };
  }

  async #look(wanted: Wanted, options: CallOptions): Promise<Snapshot> {
    const newest = this.#newest;
    const looked = await look(this.#components.backend, { ...wanted, keys: [...wanted.keys, identityKey] }, this.#deadline(options).part('a read'));
    this.#saw(looked.revision, newest);
    this.#identity.check(looked.entries.get(identityKey));
    return looked;
  }

  async #order(order: Order, deadline: Deadline): Promise<Committed> {
    for (;;) {
      const guard = await this.#guard(deadline);
      const newest = this.#newest;
      const answer = await this.#writers.commit({ ...order, when: [...order.when, guard] }, deadline);
      this.#saw(answer.revision, newest);
      if (answer.done) return answer;
      const identity = answer.found.get(identityKey) ?? null;
      this.#identity.check(identity);
      // Another entry than was guarded by, and still ours: the store was emptied or restored meanwhile. Again.
      if (identity?.revision === guard.revision) return { ...answer, found: new Map([...answer.found].filter(([key]) => key !== identityKey)) };
    }
  }

  /** `newest`: what was known when the question was sent. */
  #saw(revision: number, newest = 0): void {
    if (revision < newest) this.#wentBack = { from: newest, to: revision };
    this.#newest = revision < newest ? revision : Math.max(this.#newest, revision);
  }

  async #guard(deadline: Deadline) {
    try {
      return await this.#identity.guard(deadline);
    } catch (error) {
      // The caller's own change was not begun.
      if (error instanceof OutcomeUnknown) throw new ProviderUnavailable(error.message);
      throw error;
    }
  }

  #deadline({ timeoutMs }: CallOptions): Deadline {
    if (this.#closed) throw new ProviderUnavailable('closed by this side');
    return new Deadline(this.#components.clock, timeoutMs);
  }
}
