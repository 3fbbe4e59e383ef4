import type { Rule } from '~/contract/rule.ts';
import type { Event, ObjectRef } from '~/contract/shapes/view.ts';
import { builtInRules } from '~/core/rules/built-in.ts';
import type { RuleFinding } from '~/core/rules/issues.ts';
import { matches } from '~/core/rules/match.ts';
import { replay, type Raising } from '~/core/rules/replay.ts';
import { Watch } from '~/core/rules/watch.ts';
import type { Store, StoredRule } from '~/server/store/index.ts';

/**
 * Rules over the events in the database. Each server reads them there, whoever wrote them: so all find the same, and one
 * that was restarted reads its windows again and goes on.
 */

export type KnownRule = { readonly rule: Rule; readonly builtIn: boolean; readonly by: string | null; readonly at: number | null };

export type RulesComponents = { readonly store: Pick<Store, 'rules' | 'events' | 'provider'>; readonly now: () => number };

export const ruleLimits = {
  /** Of people; the built-in ones come on top. */
  rulesMax: 200,
  pageMax: 500,
  /** Events of one rule's window, or of one look into the past, that are read; older ones are left out. */
  readMax: 5000,
  /** A transaction that began earlier may show up later, with a lower number: on a shared database so many are looked at again. */
  lateMax: 100,
} as const;

export class Rules {
  #stored: readonly StoredRule[] = [];
  readonly #watches = new Map<string, Watch>();
  /** The number of the newest event that was looked at. */
  #last = 0;
  #recent: ReadonlySet<number> = new Set();
  readonly #cluster: ObjectRef;

  constructor(
    readonly components: RulesComponents,
    { name }: { readonly name: string },
  ) {
    this.#cluster = { kind: 'cluster', id: name, name };
  }

  /** Built-in ones first, as they are in force: changed where somebody has changed them. */
  get all(): KnownRule[] {
    const stored = new Map(this.#stored.map((one) => [one.rule.name, one]));
    const own = this.#stored.filter(({ rule }) => !builtInRules.some(({ name }) => name === rule.name));
    return [...builtInRules.map((rule): KnownRule => ({ rule, by: null, at: null, ...stored.get(rule.name), builtIn: true })), ...own.map((one) => ({ ...one, builtIn: false }))];
  }

  find(name: string): KnownRule | undefined {
    return this.all.find(({ rule }) => rule.name === name);
  }

  findings(): RuleFinding[] {
    const now = this.components.now();
    return [...this.#watches.values()].flatMap((watch) => watch.findings(now).map((found) => ({ ...found, rule: watch.rule })));
  }

  async load(): Promise<void> {
    const { events } = this.components.store;
    const newest = await events.list({ limit: ruleLimits.lateMax });
    this.#last = newest[0]?.id ?? 0;
    this.#recent = new Set(newest.map(({ id }) => id));
    await this.#refresh();
  }

  /** What is new since the last look, in rules and in events. True: the findings may have changed. */
  async look(): Promise<boolean> {
    const { store } = this.components;
    const shared = store.provider === 'postgresql';
    const changed = shared && (await this.#refresh());
    let took = false;
    for (let pages = 0; pages * ruleLimits.pageMax < ruleLimits.readMax; pages += 1) {
      const page = await store.events.after(Math.max(0, this.#last - (shared ? ruleLimits.lateMax : 0)), ruleLimits.pageMax);
      const fresh = page.filter(({ id }) => !this.#recent.has(id));
      for (const event of fresh) for (const watch of this.#watches.values()) if (watch.receive(event) !== null) took = true;
      this.#last = Math.max(this.#last, page.at(-1)?.id ?? 0);
      if (shared) this.#recent = new Set(page.map(({ id }) => id));
      if (fresh.length === 0 || page.length < ruleLimits.pageMax) break;
    }
    return took || changed;
  }

  async put(rule: StoredRule): Promise<void> {
    await this.components.store.rules.put(rule);
    await this.#refresh();
  }

  async remove(name: string): Promise<boolean> {
    const removed = await this.components.store.rules.remove(name);
    await this.#refresh();
    return removed;
  }

  /** What it would have raised in the past; `complete` is false where there were more events than are looked at. */
  async replay(rule: Rule, { from, now }: { from: number; now: number }): Promise<{ raised: Raising[]; events: number; complete: boolean }> {
    const { events, complete } = await this.#read(rule, from - rule.minutes * 60_000, {});
    return { raised: replay(rule, events, { cluster: this.#cluster, from, now }), events: events.length, complete };
  }

  /** The rules as the database has them; each that is new or another one is worked out from its window. */
  async #refresh(): Promise<boolean> {
    this.#stored = await this.components.store.rules.list();
    const wanted = new Map(this.all.filter(({ rule }) => rule.enabled).map((known) => [known.rule.name, known]));
    let changed = false;
    for (const [name, { rule }] of this.#watches) {
      if (JSON.stringify(wanted.get(name)?.rule) === JSON.stringify(rule)) wanted.delete(name);
      else changed = this.#watches.delete(name);
    }
    for (const [name, { rule, at }] of wanted) {
      this.#watches.set(name, await this.#watch(rule, at));
      changed = true;
    }
    return changed;
  }

  async #watch(rule: Rule, madeAt: number | null): Promise<Watch> {
    const { now } = this.components;
    const until = { before: this.#last + 1 };
    if (rule.watch === 'absence') {
      const last = await this.#newest(rule, until);
      return new Watch(rule, { cluster: this.#cluster, from: last?.at ?? madeAt ?? now() });
    }
    const watch = new Watch(rule, { cluster: this.#cluster, from: 0 });
    const { events } = await this.#read(rule, now() - watch.windowMs, until);
    for (const event of events) watch.receive(event);
    return watch;
  }

  /** Oldest first. What the database can filter is filtered there. */
  async #read(rule: Rule, since: number, { before }: { before?: number }): Promise<{ events: Event[]; complete: boolean }> {
    const read: Event[] = [];
    let below = before;
    while (read.length < ruleLimits.readMax) {
      const page = await this.components.store.events.list({ ...filterOf(rule), since: Math.max(0, Math.floor(since)), before: below, limit: ruleLimits.pageMax });
      read.push(...page);
      if (page.length < ruleLimits.pageMax) return { events: read.toReversed(), complete: true };
      below = page.at(-1)!.id;
    }
    return { events: read.toReversed(), complete: false };
  }

  async #newest(rule: Rule, { before }: { before: number }): Promise<Event | null> {
    let below = before;
    for (let read = 0; read < ruleLimits.readMax; read += ruleLimits.pageMax) {
      const page = await this.components.store.events.list({ ...filterOf(rule), before: below, limit: ruleLimits.pageMax });
      const found = page.find((event) => matches(rule, event));
      if (found || page.length < ruleLimits.pageMax) return found ?? null;
      below = page.at(-1)!.id;
    }
    return null;
  }
}

const filterOf = ({ watch, kind, object }: Rule) => ({ ...(watch === 'flapping' || kind === undefined ? {} : { kind }), ...(object === undefined ? {} : { object }) });
