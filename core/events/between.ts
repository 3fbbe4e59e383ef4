import type { InstanceView, Issue, ObjectRef, ReplicasetView } from '~/contract/shapes/view.ts';
import { catalogue } from '~/core/issues/catalogue.ts';
import type { Seen } from '~/core/issues/detect.ts';
import { list } from '~/core/view/words.ts';
import type { Mark } from '~/core/issues/marks.ts';
import type { EventDraft } from './draft.ts';
import { exitEvents, processEvents, type Exits } from './life.ts';
import { markEvents } from './mark-events.ts';
import { routerEvents, type Routers } from './router-events.ts';

/** What happened between two moments, found by comparing what was shown: nobody has to remember to report an event. */
export type Moment = {
  readonly instances: readonly InstanceView[];
  readonly replicasets: readonly ReplicasetView[];
  readonly issues: readonly Issue[];
  readonly marks: readonly Mark[];
  readonly at: number;
  readonly seen: Seen;
  readonly exits: Exits;
  readonly routers: Routers;
};

/** Issues that say no more than the event of their process does. */
const toldByProcess = new Set(['crashed', 'failed', 'stopped', 'silent']);

const grace: ReadonlyMap<string, number> = new Map(catalogue.map(({ code, graceMs }) => [code, graceMs]));

export function eventsBetween(before: Moment, after: Moment, now: number): EventDraft[] {
  return [...memberEvents(before, after), ...masterEvents(before, after), ...issueEvents(before, after), ...markEvents(before, after)].map((event) => ({ at: now, actor: null, data: {}, ...event }));
}

/** What the functions here make: `at` and, where it is nobody's, `actor` and `data` are added above. */
export type Sketch = Omit<EventDraft, 'at' | 'actor' | 'data'> & Partial<Pick<EventDraft, 'actor' | 'data'>>;

const refOf = ({ uuid, alias }: { uuid: string; alias: string }, kind: ObjectRef['kind']): ObjectRef => ({ kind, id: uuid, name: alias });

function memberEvents(before: Moment, after: Moment): Sketch[] {
  const known = new Map(before.instances.map((instance) => [instance.uuid, instance]));
  const present = new Set(after.instances.map(({ uuid }) => uuid));
  const events: Sketch[] = [];
  for (const instance of after.instances) {
    const old = known.get(instance.uuid);
    const object = refOf(instance, 'instance');
    if (!old) events.push({ kind: 'gossip', severity: 'info', object, sentence: `${instance.alias} appeared at ${instance.uri}.` });
    else events.push(...gossipEvents(old, instance), ...processEvents(old, instance), ...exitEventsOf(old, instance, { before, after }), ...routerEvents(instance, { before: before.routers, after: after.routers, heard: old.reportedAt !== null }));
  }
  for (const instance of before.instances) if (!present.has(instance.uuid)) events.push({ kind: 'gossip', severity: 'info', object: refOf(instance, 'instance'), sentence: `${instance.alias} is gone from the list of instances.` });
  return events;
}

/** A crash that was seen as a state has been told already. */
const exitEventsOf = (old: InstanceView, instance: InstanceView, { before, after }: { before: Moment; after: Moment }) => (old.state === 'crashed' ? [] : exitEvents(instance, before.exits, after.exits));

function gossipEvents(old: InstanceView, instance: InstanceView): Sketch[] {
  const { alias, gossip } = instance;
  // The first word that a server hears about a member tells what it is, not what has happened.
  if (old.gossip === gossip || gossip === 'unknown' || old.gossip === 'unknown') return [];
  const sentence = { alive: `Gossip hears ${alias} again.`, suspected: `Gossip suspects ${alias}.`, dead: `Gossip has declared ${alias} dead.`, left: `The agent of ${alias} has left: it was stopped.` }[gossip];
  if (gossip === 'alive' && old.gossip === 'suspected') return [];
  return [{ kind: 'gossip', severity: gossip === 'dead' && instance.configured && !instance.disabled ? 'warning' : 'info', object: refOf(instance, 'instance'), sentence, data: { before: old.gossip, after: gossip } }];
}

function masterEvents(before: Moment, after: Moment): Sketch[] {
  const known = new Map(before.replicasets.map((replicaset) => [replicaset.uuid, replicaset]));
  const heard = new Set(before.instances.filter(({ reportedAt }) => reportedAt !== null).map(({ uuid }) => uuid));
  const alias = new Map([...before.instances, ...after.instances].map((instance) => [instance.uuid, instance.alias]));
  const names = (uuids: readonly string[]) => list(uuids.map((uuid) => alias.get(uuid) ?? uuid));
  const events: Sketch[] = [];
  for (const replicaset of after.replicasets) {
    // A server that has just started has heard nobody: what it hears first is no change.
    if (!replicaset.instances.some((uuid) => heard.has(uuid))) continue;
    const before = known.get(replicaset.uuid);
    if (replicaset.appointed && before?.appointed) {
      events.push(...appointedEvents(before, replicaset, names));
      continue;
    }
    const old = before?.masters ?? [];
    const { masters } = replicaset;
    if (old.length === masters.length && old.every((uuid) => masters.includes(uuid))) continue;
    const was = old.length === 0 ? '' : ` (was ${names(old)})`;
    const sentence = masters.length === 0 ? `${replicaset.alias} has no master any more${was}.` : `${replicaset.alias} is led by ${names(masters)} now${was}.`;
    events.push({ kind: 'health', severity: masters.length === 1 || replicaset.allRw ? 'info' : 'warning', object: refOf(replicaset, 'replicaset'), sentence, data: { before: old, after: masters } });
  }
  return events;
}

/** Where masters are appointed each epoch is told, once: who writes in between says nothing, and that nobody does is an issue. */
function appointedEvents(before: ReplicasetView, after: ReplicasetView, names: (uuids: readonly string[]) => string): Sketch[] {
  const { record, alias } = after;
  const [epoch, old] = [record?.epoch ?? 0, before.record?.epoch ?? 0];
  // The first word of a member tells how it is, not what has happened, unless it tells of the very first master.
  if (!record?.master || epoch <= old || (old === 0 && epoch > 1)) return [];
  const from = before.record?.master ?? null;
  const was = from === null ? '' : from === record.master ? ' (as before)' : ` (was ${names([from])})`;
  return [{ kind: 'health', severity: 'info', object: refOf(after, 'replicaset'), sentence: `${alias} is led by ${names([record.master])} since epoch ${epoch}${was}.`, data: { before: from === null ? [] : [from], after: [record.master], epoch } }];
}

function issueEvents(before: Moment, after: Moment): Sketch[] {
  const old = new Map(before.issues.map((issue) => [issue.id, issue]));
  const open = new Set(after.issues.map(({ id }) => id));
  // One whose grace was over before: it was told then, by this server before its restart or by another one.
  const isNew = ({ id, code }: Issue) => (after.seen.get(id) ?? after.at) + (grace.get(code) ?? 0) > before.at;
  const raised = after.issues.filter((issue) => !old.has(issue.id) && !toldByProcess.has(issue.code) && isNew(issue));
  // One of which nobody tells at the moment is not over.
  const cleared = before.issues.filter(({ id, code }) => !open.has(id) && !after.seen.has(id) && !toldByProcess.has(code));
  return [
    ...raised.map(({ code, severity, object, sentence, muted }): Sketch => ({ kind: 'issue', severity: muted ? 'info' : severity, object, sentence, data: { code, open: true, ...(muted && { muted: true }) } })),
    ...cleared.map(({ code, object, sentence }): Sketch => ({ kind: 'issue', severity: 'info', object, sentence: `Over: ${sentence}`, data: { code, open: false } })),
  ];
}
