import type { Rule } from '~/contract/rule.ts';
import type { Event, ObjectRef } from '~/contract/shapes/view.ts';
import { Watch, type Finding } from './watch.ts';

/** What a rule would have raised, had it been there: the same machine, fed with the past. */
export type Raising = { readonly object: ObjectRef; readonly sentence: string; readonly since: number; readonly until: number | null };

export function replay(rule: Rule, events: readonly Event[], { cluster, from, now }: { cluster: ObjectRef; from: number; now: number }): Raising[] {
  const watch = new Watch(rule, { cluster, from });
  const open = new Map<string, Finding>();
  const raised: Raising[] = [];
  const close = (id: string, until: number) => {
    const found = open.get(id);
    if (found === undefined) return;
    open.delete(id);
    raised.push({ object: found.object, sentence: found.sentence, since: found.since, until });
  };
  /** Before an event is taken in: what had ended by then, or was there by then. */
  const look = (at: number) => {
    for (const [id, { until }] of open) if (until !== null && until <= at) close(id, until);
    if (rule.watch === 'absence') for (const found of watch.findings(at)) open.set(found.object.id, found);
  };
  for (const event of events.toSorted((a, b) => a.at - b.at || a.id - b.id)) {
    look(event.at);
    const id = watch.receive(event);
    if (id === null) continue;
    const found = watch.finding(id, event.at);
    if (found === null) close(id, event.at);
    else open.set(id, { ...found, since: open.get(id)?.since ?? found.since });
  }
  look(now);
  return [...raised, ...[...open.values()].map(({ object, sentence, since }) => ({ object, sentence, since, until: null }))].filter(({ until }) => until === null || until > from).toSorted((a, b) => a.since - b.since);
}
