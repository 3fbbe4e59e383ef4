import type { Issue, Severity } from '~/contract/shapes/view.ts';
import { decide, type Item, type Present, type Told } from '~/core/alerts/decide.ts';
import type { Alertable, Rule, Silence } from '~/core/alerts/rule.ts';

/** A cluster as alerts see it: issues that begin, worsen and end, and channels that listen. */

export const t0 = Date.UTC(2026, 10, 21, 3, 0, 0);

export const issue = (code: string, object: string, more: Partial<Issue> = {}): Issue => ({
  id: `${code}:id-${object}`, code, severity: 'critical', object: { kind: 'instance', id: `id-${object}`, name: object },
  sentence: `${object} has ${code}.`, wayOut: 'Mend it.', since: t0, repair: null, ...more,
});

export const rule = (channel: string, more: Partial<Rule> = {}): Rule => ({ channel, enabled: true, minSeverity: 'warning', codes: [], objects: [], forMs: 10_000, repeatMs: 0, ...more });

export const silence = (more: Partial<Silence> = {}): Silence => ({ id: 's', code: null, object: null, severity: null, by: 'ann', at: t0, until: Infinity, reason: 'x', ...more });

export type Sent = Item & { readonly channel: string; readonly at: number };

export class World {
  now = t0;
  readonly issues = new Map<string, Issue>();
  readonly seen = new Map<string, number>();
  told: readonly Told[] = [];
  /** What is on disk: changes only with a message. */
  kept: readonly Told[] = [];
  rules: Rule[] = [rule('ops')];
  silences: Silence[] = [];
  full = new Set<string>();
  failing = new Set<string>();
  readonly sent: Sent[] = [];

  begin(one: Issue): void {
    this.issues.set(one.id, one);
    if (!this.seen.has(one.id)) this.seen.set(one.id, this.now);
  }

  end(one: Pick<Issue, 'id'>): void {
    this.issues.delete(one.id);
    this.seen.delete(one.id);
  }

  get open(): Alertable[] {
    return [...this.issues.values()].map((one) => ({ issue: one, names: [one.object.id, one.object.name, 's1'] }));
  }

  /** One look; gives what is sent. */
  look(): Sent[] {
    const present: Present = { now: this.now, open: this.open, seen: new Map(this.seen), silences: this.silences, rules: this.rules, full: this.full, failing: this.failing };
    const decided = decide(this.told, present);
    this.told = decided.told;
    const gone = new Set([...decided.drop, ...decided.put].map(keyOf));
    this.kept = [...this.kept.filter((one) => !gone.has(keyOf(one))), ...decided.put];
    const sent = decided.messages.flatMap(({ channel, items }) => items.map((item) => ({ ...item, channel, at: this.now })));
    this.sent.push(...sent);
    return sent;
  }

  /** Looks once a second for so long. */
  pass(seconds: number): string[] {
    const before = this.sent.length;
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1000;
      this.look();
    }
    return this.sent.slice(before).map(({ channel, change, issue: { code, object } }) => `${channel}: ${change} ${code} of ${object.name}`);
  }

  restart(): void {
    this.told = this.kept;
  }
}

export const keyOf = ({ channel, issue: { id } }: Told) => `${channel} ${id}`;
export const severityAt = (one: Issue, severity: Severity): Issue => ({ ...one, severity });
