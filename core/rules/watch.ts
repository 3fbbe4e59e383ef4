import type { Rule } from '~/contract/rule.ts';
import type { Event, ObjectRef } from '~/contract/shapes/view.ts';
import { matches } from './match.ts';
import { Turns } from './turns.ts';
import { foundSentence } from './words.ts';

/**
 * One rule and what it has seen: times of events within its window, for each object. Fed with the events of one window
 * it knows all that it ever knows, so a server that was restarted goes on from the database.
 */

export type Finding = {
  readonly object: ObjectRef;
  readonly sentence: string;
  readonly since: number;
  /** When it is over if nothing more happens; null: only another event ends it. */
  readonly until: number | null;
};

export type WatchOptions = {
  /** The object of what is counted for all together. */
  readonly cluster: ObjectRef;
  /** Of an absence: what has not come since then has not come. */
  readonly from: number;
};

export const watchLimits = { objectsMax: 1000, timesMax: 1000 } as const;

type Track = { object: ObjectRef; times: number[]; since: number | null };

export class Watch {
  readonly #turns = new Turns();
  readonly #tracks = new Map<string, Track>();
  readonly #windowMs: number;
  /** So many in the window raise it. */
  readonly #needed: number;

  constructor(
    readonly rule: Rule,
    readonly options: WatchOptions,
  ) {
    this.#windowMs = rule.minutes * 60_000;
    this.#needed = Math.min(watchLimits.timesMax, Math.max(1, Math.ceil(rule.watch === 'rate' ? rule.count * rule.minutes : rule.count)));
    if (rule.watch === 'absence') this.#track(this.#subject(null)).times.push(options.from);
  }

  /** How far back events must be given to it for it to be up to date. */
  get windowMs(): number {
    return this.#windowMs;
  }

  /** Gives the object that it counted for; null where the event is none of its. In the order of their numbers. */
  receive(event: Event): string | null {
    const { rule } = this;
    if (!matches(rule, event) || (rule.watch === 'flapping' && !this.#turns.receive(event))) return null;
    const track = this.#track(this.#subject(event));
    if (rule.watch === 'absence') track.times = [Math.max(event.at, track.times[0] ?? 0)];
    else track.times.push(event.at);
    if (track.times.length > watchLimits.timesMax) track.times.shift();
    return track.object.id;
  }

  findings(now: number): Finding[] {
    return [...this.#tracks.keys()].flatMap((id) => this.finding(id, now) ?? []);
  }

  finding(id: string, now: number): Finding | null {
    const track = this.#tracks.get(id);
    if (track === undefined) return null;
    return this.rule.watch === 'absence' ? this.#absent(track, now) : this.#tooMany(track, now);
  }

  #absent({ object, times }: Track, now: number): Finding | null {
    const since = (times[0] ?? now) + this.#windowMs;
    return now < since ? null : { object, sentence: foundSentence(this.rule, object.name, 0), since, until: null };
  }

  #tooMany(track: Track, now: number): Finding | null {
    const { object } = track;
    track.times = track.times.filter((at) => at > now - this.#windowMs);
    const { times } = track;
    if (times.length < this.#needed) {
      track.since = null;
      if (times.length === 0) this.#tracks.delete(object.id);
      return null;
    }
    const sorted = times.toSorted((a, b) => a - b);
    track.since ??= sorted[this.#needed - 1]!;
    return { object, sentence: foundSentence(this.rule, object.name, times.length), since: track.since, until: sorted.at(-this.#needed)! + this.#windowMs };
  }

  /** Whom an event counts for; of none: for whom an absence is. */
  #subject(event: Event | null): ObjectRef {
    const { rule, options } = this;
    if (rule.watch === 'absence') return rule.object === undefined ? options.cluster : { kind: 'instance', id: rule.object, name: rule.object };
    return rule.per === 'cluster' || event === null ? options.cluster : event.object;
  }

  #track(object: ObjectRef): Track {
    const known = this.#tracks.get(object.id);
    if (known) return known;
    const track: Track = { object, times: [], since: null };
    this.#tracks.set(object.id, track);
    // The one that was quiet for longest is let go: a rule over very many objects must not grow without end.
    if (this.#tracks.size > watchLimits.objectsMax) this.#tracks.delete(this.#tracks.keys().next().value!);
    return track;
  }
}
